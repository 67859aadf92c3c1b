// Writes golden/detector-*.json: where MOA 2024.07 signals the streams of detector-cases.json.
//
//     mvn -q dependency:copy-dependencies -DoutputDirectory=libs      (a pom.xml with nz.ac.waikato.cms.moa:moa:2024.07.0)
//     java -cp 'libs/*' test/parity/detector-golden.java test/parity

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import moa.classifiers.core.driftdetection.*;

class DetectorGolden {
  static double get(JsonObject parameters, String name, double otherwise) {
    return parameters.has(name) ? parameters.get(name).getAsDouble() : otherwise;
  }

  static AbstractChangeDetector make(String algorithm, JsonObject p) {
    switch (algorithm) {
      case "rddm": {
        RDDM detector = new RDDM();
        detector.minNumInstancesOption.setValue((int) get(p, "warmStart", 129));
        detector.warningLevelOption.setValue(get(p, "warningThreshold", 1.773));
        detector.driftLevelOption.setValue(get(p, "driftThreshold", 2.258));
        detector.maxSizeConceptOption.setValue((int) get(p, "maxConceptSize", 40000));
        detector.minSizeStableConceptOption.setValue((int) get(p, "minStableConceptSize", 7000));
        detector.warnLimitOption.setValue((int) get(p, "warnLimit", 1400));
        return detector;
      }
      case "hddm-w": {
        HDDM_W_Test detector = new HDDM_W_Test();
        detector.driftConfidenceOption.setValue(get(p, "driftConfidence", 0.001));
        detector.warningConfidenceOption.setValue(get(p, "warningConfidence", 0.005));
        detector.lambdaOption.setValue(get(p, "lambda", 0.05));
        detector.oneSidedTestOption.setChosenIndex(p.has("twoSided") ? 1 : 0);
        return detector;
      }
      case "ecdd": {
        EWMAChartDM detector = new EWMAChartDM();
        detector.minNumInstancesOption.setValue((int) get(p, "warmStart", 30));
        return detector;
      }
      case "cusum": {
        CusumDM detector = new CusumDM();
        detector.minNumInstancesOption.setValue((int) get(p, "warmStart", 30));
        detector.deltaOption.setValue(get(p, "delta", 0.005));
        detector.lambdaOption.setValue(get(p, "threshold", 50));
        return detector;
      }
      case "geometric-moving-average": {
        GeometricMovingAverageDM detector = new GeometricMovingAverageDM();
        detector.minNumInstancesOption.setValue((int) get(p, "warmStart", 30));
        detector.alphaOption.setValue(get(p, "alpha", 0.99));
        detector.lambdaOption.setValue(get(p, "threshold", 0.15));
        return detector;
      }
      default:
        throw new IllegalArgumentException(algorithm);
    }
  }

  static JsonObject run(String algorithm, JsonObject parameters, JsonObject stream) {
    AbstractChangeDetector detector = make(algorithm, parameters);
    detector.resetLearning();
    JsonArray drifts = new JsonArray();
    JsonArray warnings = new JsonArray();
    long state = stream.get("seed").getAsLong();
    boolean before = false;
    int at = 0;
    for (JsonElement part : stream.getAsJsonArray("segments")) {
      JsonArray segment = part.getAsJsonArray();
      double a = segment.get(2).getAsDouble();
      double b = segment.get(3).getAsDouble();
      for (int i = 0; i < segment.get(1).getAsInt(); i++, at++) {
        state = (1664525L * state + 1013904223L) % 4294967296L;
        double u = state / 4294967296.0;
        detector.input(segment.get(0).getAsString().equals("bernoulli") ? (u < a ? 1.0 : 0.0) : a + (b - a) * u);
        boolean warning = detector.getWarningZone() && !detector.getChange();
        if (warning && !before) warnings.add(at);
        before = warning;
        if (detector.getChange()) drifts.add(at);
      }
    }
    JsonObject found = new JsonObject();
    found.add("stream", stream.get("name"));
    found.add("parameters", parameters);
    found.add("drifts", drifts);
    found.add("warnings", warnings);
    return found;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Gson gson = new Gson();
    JsonObject all = gson.fromJson(Files.readString(folder.resolve("detector-cases.json")), JsonObject.class);
    JsonArray takesReal = all.getAsJsonArray("takesReal");
    for (String algorithm : new String[] {"rddm", "hddm-w", "ecdd", "cusum", "geometric-moving-average"}) {
      JsonArray cases = new JsonArray();
      for (JsonElement parameters : all.getAsJsonObject("detectors").getAsJsonArray(algorithm)) {
        for (JsonElement stream : all.getAsJsonArray("streams")) {
          String name = stream.getAsJsonObject().get("name").getAsString();
          if (name.equals("large values") && !takesReal.contains(gson.toJsonTree(algorithm))) continue;
          if (name.equals("losses") && algorithm.equals("rddm")) continue; // it keeps whole numbers only
          if (name.equals("losses") && algorithm.equals("ecdd")) continue; // its limits are for errors
          if (name.equals("a long concept") && algorithm.equals("ecdd")) continue; // thousands of warnings
          cases.add(run(algorithm, parameters.getAsJsonObject(), stream.getAsJsonObject()));
        }
      }
      JsonObject golden = new JsonObject();
      golden.addProperty("peer", "MOA 2024.07");
      golden.add("cases", cases);
      String file = algorithm.equals("hddm-w") ? "detector-hddm-w-moa.json" : "detector-" + algorithm + ".json";
      Files.writeString(folder.resolve("golden").resolve(file), gson.toJson(golden) + "\n");
      System.out.println(algorithm);
    }
  }
}
