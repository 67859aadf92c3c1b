/**
 * 2^e at index e + 1074, for every e from -1074 to 1023: scaling by a product is faster in V8 than by assembling bits.
 */
export const powersOfTwo = new Float64Array(2098)

for (let i = 0, power = Number.MIN_VALUE; i < powersOfTwo.length; i += 1, power *= 2) powersOfTwo[i] = power
