package io.flotilla.cli.load;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What happens to a fleet, counted. Thread-safe. */
public final class LoadTally {
  private static final int DIGITS = 3;

  /** Devices that are connected. */
  final LongAdder connected = new LongAdder();

  /** Devices that the controller has answered on their present connection. */
  final LongAdder known = new LongAdder();

  /** Attempts to connect. */
  final LongAdder attempts = new LongAdder();

  /** Connections and publications that the broker refused. */
  final LongAdder refused = new LongAdder();

  /** Messages that were put into spools. */
  final LongAdder said = new LongAdder();

  /** Messages that the controller acknowledged. */
  final LongAdder stored = new LongAdder();

  /** Messages that were sent again. */
  final LongAdder repeated = new LongAdder();

  /** Assignments that came, with a signature that holds. */
  final LongAdder assigned = new LongAdder();

  /** Assignments that did not hold. */
  final LongAdder forged = new LongAdder();

  /** Commands that were obeyed. */
  final LongAdder commanded = new LongAdder();

  private final Recorder latencies = new Recorder(DIGITS);

  /** A message was acknowledged so many nanoseconds after it was due. */
  void latency(long nanos) {
    latencies.recordValue(Math.max(0, nanos));
  }

  /** Nanoseconds from when messages were due to their acknowledgement, since the last call. */
  public Histogram takeLatencies() {
    return latencies.getIntervalHistogram();
  }

  /** Devices that are connected. */
  public long connected() {
    return connected.sum();
  }

  /** Devices that the controller has answered on their present connection. */
  public long known() {
    return known.sum();
  }

  /** Attempts to connect so far. */
  public long attempts() {
    return attempts.sum();
  }

  /** Refused connections and publications so far. */
  public long refused() {
    return refused.sum();
  }

  /** Messages put into spools so far. */
  public long said() {
    return said.sum();
  }

  /** Messages acknowledged by the controller so far. */
  public long stored() {
    return stored.sum();
  }

  /** Messages sent again so far. */
  public long repeated() {
    return repeated.sum();
  }

  /** Good assignments so far. */
  public long assigned() {
    return assigned.sum();
  }

  /** Commands obeyed so far. */
  public long commanded() {
    return commanded.sum();
  }

  /** Bad assignments so far. */
  public long forged() {
    return forged.sum();
  }
}
