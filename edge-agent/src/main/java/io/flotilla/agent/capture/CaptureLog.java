package io.flotilla.agent.capture;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.agent.scoring.Answer;
import io.flotilla.agent.scoring.Recorder;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.WindowCounter;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.message.WindowReport.Totals;
import io.flotilla.protocol.topic.UpKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what was scored. Predictions are gathered in one open batch, which goes to the spool when
 * it is full, old, or of another version; drift windows go when they have their rows, each after
 * all predictions that it counts.
 *
 * <p>The totals are exact: every prediction made is either captured or refused once its batch is
 * closed, and the totals are stored in the same write as the batch. Predictions in the open batch
 * and rows in the open window are lost, uncounted, if the process dies. Neither a full spool nor a
 * failing disk ever fails a score: what cannot be written is counted as refused.
 *
 * <p>Thread-safe; scoring threads write to the spool themselves, so that nothing piles up.
 */
public final class CaptureLog {
  private static final Logger LOG = LoggerFactory.getLogger(CaptureLog.class);
  private static final String TOTALS = "capture/totals";
  private static final String WINDOW = "capture/window/";
  private static final String BOOST = "capture/boost";

  /** A batch is closed before it can outgrow a message. */
  private static final int BATCH_BYTES = 96 << 10;

  private static final int PREDICTION_BYTES = 160;

  // configuration
  private final AgentStore store;
  private final Spool spool;
  private final CaptureLimits limits;
  private final Sources sources;
  private final String idPrefix;

  @GuardedBy("this")
  private Totals totals;

  @GuardedBy("this")
  private long number;

  @GuardedBy("this")
  private boolean full;

  @GuardedBy("this")
  private Boost boost;

  // the open batch
  @GuardedBy("this")
  private final List<Capture.Prediction> batch = new ArrayList<>();

  @GuardedBy("this")
  private @Nullable CaptureSource batchSource;

  @GuardedBy("this")
  private long batchSinceMs;

  @GuardedBy("this")
  private long batchBytes;

  /**
   * What capture takes from outside.
   *
   * @param clock wall clock for time stamps
   * @param sampling decides which inputs are kept; used by one thread at a time
   */
  public record Sources(Clock clock, RandomGenerator sampling) {}

  /**
   * Capture into a spool.
   *
   * @param idPrefix what every prediction's id begins with: {@code deviceId/bootId/}
   */
  public CaptureLog(
      AgentStore store, Spool spool, CaptureLimits limits, Sources sources, String idPrefix) {
    this.store = store;
    this.spool = spool;
    this.limits = limits;
    this.sources = sources;
    this.idPrefix = idPrefix;
    this.totals =
        store
            .value(TOTALS)
            .map(bytes -> MessageCodec.decode(bytes, Totals.class))
            .orElse(new Totals(0, 0, 0));
    this.boost =
        store.value(BOOST).map(bytes -> MessageCodec.decode(bytes, Boost.class)).orElse(Boost.NONE);
  }

  /**
   * More inputs than a version's policy keeps, for a while.
   *
   * @param share share of inputs to keep, 0 to 1
   * @param untilMs until when, Unix time in milliseconds
   */
  public record Boost(double share, long untilMs) {
    static final Boost NONE = new Boost(0, 0);
  }

  /** Adds the change that remembers a boost, in place of the one before. */
  public static void remember(Boost boost, Changes changes) {
    changes.put(BOOST, MessageCodec.encode(boost));
  }

  /** Follows a boost from now on; whoever calls has it remembered. */
  public synchronized void use(Boost more) {
    boost = more;
  }

  /** Begins to record a version; its window numbers go on where they were. */
  public Recorder recorder(VersionRef version, CaptureDefault policy, Optional<Baseline> baseline) {
    long index =
        store
            .value(WINDOW + version.bundle())
            .map(bytes -> ByteBuffer.wrap(bytes).getLong())
            .orElse(0L);
    CaptureSource source =
        new CaptureSource(version, policy.inputSampleRate(), baseline.orElse(null), index);
    return (row, answer) -> record(source, row, answer);
  }

  private synchronized String record(
      CaptureSource source, Optional<FloatBuffer> row, Answer answer) {
    if (batchSource != source) {
      closeBatch();
      batchSource = source;
    }
    long nowMs = sources.clock().millis();
    if (batch.isEmpty()) {
      batchSinceMs = nowMs;
    }
    number++;
    String id = idPrefix + number;
    Optional<byte[]> input = sample(source, row, nowMs);
    batch.add(new Capture.Prediction(id, nowMs, answer.label(), answer.score(), input));
    batchBytes += PREDICTION_BYTES + input.map(bytes -> bytes.length).orElse(0);
    WindowCounter filled = row.isPresent() ? source.count(row.get(), answer.label(), nowMs) : null;
    if (filled != null) {
      closeBatch();
      report(source, filled, nowMs);
    } else if (batch.size() >= limits.batchPredictions() || batchBytes >= BATCH_BYTES) {
      closeBatch();
    }
    return id;
  }

  /** Closes the open batch, if there is one. */
  public synchronized void flush() {
    closeBatch();
  }

  /** Closes the open batch if it is old. */
  public synchronized void tick() {
    if (!batch.isEmpty() && sources.clock().millis() - batchSinceMs >= limits.batchAgeMs()) {
      closeBatch();
    }
  }

  /** When {@link #tick} has something to do, on the clock; empty while no batch is open. */
  public synchronized OptionalLong dueMs() {
    return batch.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(batchSinceMs + limits.batchAgeMs());
  }

  /** The totals, predictions of the open batch included in those made. */
  public synchronized Totals totals() {
    return new Totals(totals.made() + batch.size(), totals.captured(), totals.refused());
  }

  @GuardedBy("this")
  private Optional<byte[]> sample(CaptureSource source, Optional<FloatBuffer> row, long nowMs) {
    double share =
        nowMs < boost.untilMs()
            ? Math.max(boost.share(), source.sampleRate())
            : source.sampleRate();
    if (row.isEmpty() || share <= 0) {
      return Optional.empty();
    }
    FloatBuffer values = row.get();
    int bytes = values.remaining() * Float.BYTES;
    if (bytes > limits.inputBytes() || sources.sampling().nextDouble() >= share) {
      return Optional.empty();
    }
    ByteBuffer copy = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    copy.asFloatBuffer().put(values.duplicate());
    return Optional.of(copy.array());
  }

  @GuardedBy("this")
  private void closeBatch() {
    CaptureSource source = batchSource;
    if (batch.isEmpty() || source == null) {
      return;
    }
    byte[] body = MessageCodec.encode(new Capture(1, source.version(), batch));
    int size = batch.size();
    Totals before = totals;
    boolean admitted =
        offer(
            UpKind.CAPTURE,
            body,
            (taken, changes) ->
                changes.put(TOTALS, MessageCodec.encode(counted(before, size, taken))));
    totals = counted(before, size, admitted);
    batch.clear();
    batchBytes = 0;
    if (!admitted) {
      tellFull();
    }
    full = !admitted;
  }

  @GuardedBy("this")
  private void report(CaptureSource source, WindowCounter window, long nowMs) {
    long index = source.windowIndex();
    WindowReport report =
        new WindowReport(
            1,
            source.version(),
            index,
            source.firstRowMs(),
            nowMs,
            DriftCodec.encode(window.take()),
            totals);
    source.nextWindow();
    byte[] next = ByteBuffer.allocate(Long.BYTES).putLong(index + 1).array();
    offer(
        UpKind.WINDOWS,
        MessageCodec.encode(report),
        (taken, changes) -> changes.put(WINDOW + source.version().bundle(), next));
  }

  /** A failing disk refuses like a full spool: the score that came here must not fail. */
  private boolean offer(UpKind kind, byte[] body, Spool.Alongside alongside) {
    try {
      return spool.offer(kind, body, alongside);
    } catch (FlotillaException e) {
      LOG.warn("cannot spool {}: {} {}", kind, e.code(), e.getMessage());
      return false;
    }
  }

  @GuardedBy("this")
  private void tellFull() {
    if (full) {
      return;
    }
    DeviceEvent event =
        new DeviceEvent(
            1,
            ErrorCode.SPOOL_FULL.name(),
            "the spool's budget is used up; predictions are refused and counted",
            sources.clock().millis());
    offer(UpKind.EVENTS, MessageCodec.encode(event), Spool.Alongside.NOTHING);
  }

  private static Totals counted(Totals before, int size, boolean taken) {
    return new Totals(
        before.made() + size,
        before.captured() + (taken ? size : 0),
        before.refused() + (taken ? 0 : size));
  }
}
