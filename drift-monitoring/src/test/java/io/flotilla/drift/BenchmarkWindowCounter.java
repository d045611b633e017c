package io.flotilla.drift;

import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to count one row of 64 values; divide by 64 for the time of a value. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BenchmarkWindowCounter {
  private static final int ROWS = 1 << 12;

  private final float[][] rows = SampleRows.normal(new Random(1), ROWS, 64, 0);
  private final WindowCounter counter = new WindowCounter(SampleRows.baseline(rows, 200));
  private int next;

  /** Counts a row. */
  @Benchmark
  public long row() {
    next = (next + 1) % ROWS;
    counter.add(rows[next], OptionalInt.of(1));
    if (counter.rows() == 1 << 20) {
      counter.take();
    }
    return counter.rows();
  }
}
