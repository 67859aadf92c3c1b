import com.sun.management.OperatingSystemMXBean;
import com.yahoo.labs.samoa.instances.Attribute;
import com.yahoo.labs.samoa.instances.DenseInstance;
import com.yahoo.labs.samoa.instances.Instance;
import com.yahoo.labs.samoa.instances.Instances;
import com.yahoo.labs.samoa.instances.InstancesHeader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import moa.classifiers.AbstractClassifier;
import moa.classifiers.Classifier;
import moa.core.Utils;
import moa.options.ClassOption;

/**
 * MOA over rows that lie in memory: predict, then learn.
 *
 * <p>Arguments: the learner as MOA's command line names it, a file of little-endian doubles (each row: its numbers, then
 * the class index, or the value), the numbers a row, the classes (1 for regression), how many rows to learn (the file is
 * cycled), and how many rows a model to be thrown away learns before. Prints one line of JSON: how many predictions were
 * right, or the sum of absolute errors, and the seconds of wall and of CPU, of the whole process.
 */
public final class MoaPeer {
  public static void main(String[] arguments) throws Exception {
    int width = Integer.parseInt(arguments[2]);
    int classes = Integer.parseInt(arguments[3]);
    int count = Integer.parseInt(arguments[4]);
    int warm = Integer.parseInt(arguments[5]);
    InstancesHeader header = header(width, classes);
    Instance[] rows = read(Path.of(arguments[1]), header, width);
    run(learner(arguments[0], header), rows, warm, classes);
    Classifier learner = learner(arguments[0], header);
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    double score = run(learner, rows, count, classes);
    double wallSeconds = (System.nanoTime() - wall) / 1e9;
    double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
    System.out.printf(
        Locale.ROOT, "{\"score\":%.6f,\"wallSeconds\":%.4f,\"cpuSeconds\":%.4f}%n", score, wallSeconds, cpuSeconds);
  }

  private static InstancesHeader header(int width, int classes) {
    List<Attribute> attributes = new ArrayList<>();
    for (int i = 0; i < width; i++) attributes.add(new Attribute("x" + i));
    List<String> names = new ArrayList<>();
    for (int c = 0; c < classes; c++) names.add("c" + c);
    attributes.add(classes > 1 ? new Attribute("class", names) : new Attribute("value"));
    Instances instances = new Instances("rows", attributes, 0);
    instances.setClassIndex(width);
    return new InstancesHeader(instances);
  }

  private static Instance[] read(Path path, InstancesHeader header, int width) throws IOException {
    DoubleBuffer doubles = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    Instance[] rows = new Instance[doubles.remaining() / (width + 1)];
    for (int n = 0; n < rows.length; n++) {
      double[] values = new double[width + 1];
      doubles.get(values);
      rows[n] = new DenseInstance(1.0, values);
      rows[n].setDataset(header);
    }
    return rows;
  }

  private static Classifier learner(String command, InstancesHeader header) throws Exception {
    AbstractClassifier learner =
        (AbstractClassifier) ClassOption.cliStringToObject(command, Classifier.class, null);
    learner.setModelContext(header);
    learner.prepareForUse();
    return learner;
  }

  private static double run(Classifier learner, Instance[] rows, int count, int classes) {
    double score = 0;
    for (int i = 0, n = 0; i < count; i++) {
      Instance row = rows[n];
      if (classes > 1) {
        // Not correctlyClassifies, which boosted trees have for three classes and more only.
        if (Utils.maxIndex(learner.getVotesForInstance(row)) == (int) row.classValue()) score++;
      } else {
        double[] votes = learner.getVotesForInstance(row);
        score += Math.abs((votes.length > 0 ? votes[0] : 0) - row.classValue());
      }
      learner.trainOnInstance(row);
      if (++n == rows.length) n = 0;
    }
    return score;
  }
}
