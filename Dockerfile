FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has this Node; of the data sets the demo plays one file.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/node-win-* node_modules/.bin \
  && find node_modules/vega-datasets -type f ! -name flights-3m.parquet ! -name package.json -delete

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production MILLRACE_DATA=/data MILLRACE_HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY src ./src
# The examples; mount your own folders over these.
COPY schemas ./schemas
COPY streams ./streams
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MILLRACE_PORT || 8080) + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/millrace.js"]
CMD ["demo"]
