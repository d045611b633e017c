package io.flotilla.cli.bench;

import io.flotilla.cli.bench.Figure.Bar;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Commands as an operator gives them: from the request that asks for a ping to the answer that says
 * how it ended, both over HTTPS, with a few operators at a time.
 *
 * @param world the controller
 * @param connected devices that take turns
 */
record PingBench(FleetWorld world, int connected) {
  private static final int PINGS = 3000;
  private static final int WARM_UP = 1000;
  private static final int OPERATORS = 2;
  private static final int DIGITS = 3;

  /** Measures. */
  void run(Consumer<Figure> figures) {
    LongAdder lost = new LongAdder();
    round(WARM_UP, new ConcurrentHistogram(DIGITS), lost);
    Histogram latencies = new ConcurrentHistogram(DIGITS);
    round(PINGS, latencies, lost);
    tell(figures, "p50", latencies.getValueAtPercentile(50) / 1e6, "ms", new Bar.None());
    tell(figures, "p99", latencies.getValueAtPercentile(99) / 1e6, "ms", new Bar.AtMost(50));
    tell(figures, "longest", latencies.getMaxValue() / 1e6, "ms", new Bar.None());
    tell(figures, "lost", (double) lost.sum(), "", new Bar.AtMost(0));
  }

  private void tell(Consumer<Figure> figures, String name, double value, String unit, Bar bar) {
    String benchCase = "ping of %d devices".formatted(connected);
    figures.accept(new Figure("fleet", benchCase, name, value, unit, bar));
  }

  private void round(int pings, Histogram latencies, LongAdder lost) {
    try (ExecutorService operators = Executors.newFixedThreadPool(OPERATORS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int operator = 0; operator < OPERATORS; operator++) {
        int first = operator;
        all.add(
            operators.submit(
                () -> {
                  for (int i = first; i < pings; i += OPERATORS) {
                    long begin = System.nanoTime();
                    if (!answered(Enrolling.id(i % connected))) {
                      lost.increment();
                    }
                    latencies.recordValue(System.nanoTime() - begin);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a ping failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean answered(String device) {
    String commands = ApiPath.of("devices", device, "commands").toString();
    Json command = world.api().post(commands, Json.object().put("order", "ping"));
    String path = commands + "/" + command.text("id") + "?waitSeconds=20";
    return world.api().get(path).text("state").equals("DONE");
  }
}
