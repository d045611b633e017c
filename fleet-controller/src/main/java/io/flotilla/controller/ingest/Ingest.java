package io.flotilla.controller.ingest;

import io.flotilla.bundle.failure.ErrorClass;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.Status;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.Topics.UpTopic;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what devices say. A spooled message is stored, its number is written beside it in the
 * same batch, and only then it is acknowledged: so each is stored exactly once, whatever is lost,
 * repeated, reordered or cut off on the way.
 *
 * <p>A spooled message in its turn whose content cannot be true (another device's prediction ids,
 * an unknown version, sizes beyond the limits) is accepted as dropped: counted, reported as a
 * {@code device.event} at most once a minute and device, and acknowledged, so that it does not hold
 * up the ones behind it. What is no envelope at all is counted the same and not acknowledged.
 *
 * <p>A controller that was set back to an older copy of its records learns from each device's hello
 * how far it had come with it, says so with a {@code device.gap} event, and goes on from there.
 *
 * <p>Core thread only.
 */
public final class Ingest {
  static final Table<SpoolState> SPOOLS = Table.cached("spool", SpoolState.class);

  private static final Logger LOG = LoggerFactory.getLogger(Ingest.class);
  private static final int SCHEMA = 1;

  private final DeviceDirectory devices;
  private final Presence presence;
  private final Predictions predictions;
  private final BodyHandlers handlers;
  private final EventLog events;
  private final BiConsumer<String, Ack> acknowledger;

  /**
   * An ingest into the store that transactions are on.
   *
   * @param acknowledger publishes an acknowledgement to a device
   */
  public Ingest(
      DeviceDirectory devices,
      Predictions predictions,
      BodyHandlers handlers,
      EventLog events,
      BiConsumer<String, Ack> acknowledger) {
    this.devices = devices;
    this.presence = new Presence(devices, events);
    this.predictions = predictions;
    this.handlers = handlers;
    this.events = events;
    this.acknowledger = acknowledger;
  }

  /** The controller is back: once after every start, before anything else. */
  public void recovered(Transaction tx) {
    presence.recovered(tx);
  }

  /**
   * Takes in one message. A device that is not enrolled, or shut out, is not listened to.
   *
   * @param topic who says what; {@code NEED} is not for here
   */
  public void message(Transaction tx, UpTopic topic, byte[] payload, long nowMs) {
    String device = topic.deviceId();
    if (devices.get(tx, device).filter(known -> known.identity().admitted()).isEmpty()) {
      LOG.warn("a message from {} is ignored: it is not enrolled here, or shut out", device);
      return;
    }
    presence.seen(tx, device, nowMs);
    try {
      tx.attempt(
          inner -> {
            switch (topic.kind()) {
              case HELLO -> hello(inner, device, decode(payload, Hello.class), nowMs);
              case STATUS -> status(inner, device, decode(payload, Status.class), nowMs);
              case RENEWAL -> {
                RenewalRequest request = decode(payload, RenewalRequest.class);
                requireSchema(request.schema());
                handlers.renewal(inner, device, request, nowMs);
              }
              case NEED -> throw new IllegalArgumentException("needs go to delivery");
              case PROGRESS, REPORTED, CAPTURE, WINDOWS, HEALTH, PROFILES, COMMANDS, EVENTS ->
                  spooled(inner, topic, decode(payload, SpooledEnvelope.class), nowMs);
            }
            return true;
          });
    } catch (FlotillaException e) {
      rethrowIfOurs(e);
      drop(tx, device, e, nowMs);
    }
  }

  private void hello(Transaction tx, String device, Hello hello, long nowMs) {
    requireSchema(hello.schema());
    requireId(hello.spoolId());
    requireId(hello.bootId());
    Optional<SpoolState> known = tx.get(SPOOLS, device);
    boolean wiped = known.filter(state -> !state.spoolId().equals(hello.spoolId())).isPresent();
    SpoolState spool = known.orElseGet(() -> SpoolState.begin(hello.spoolId()));
    if (wiped) {
      spool = replace(tx, device, spool, hello.spoolId());
    }
    SpoolState reached = spool.reachedBy(hello.past().map(Hello.Past::released).orElse(0L));
    boolean forgot = reached.through() > spool.through();
    if (forgot) {
      reached = gap(tx, device, spool, reached, nowMs);
    }
    tx.put(SPOOLS, device, reached);
    boolean unknownPast = wiped || known.isEmpty() || forgot;
    presence.hello(tx, device, hello, unknownPast, nowMs);
    if (unknownPast) {
      handlers.running(tx, device, hello.running(), hello.lastAssignment(), nowMs);
    }
    handlers.hello(tx, device, hello, forgot, nowMs);
    acknowledge(tx, device, reached);
  }

  /** Says that messages were stored and are not here any more. */
  private SpoolState gap(
      Transaction tx, String device, SpoolState known, SpoolState reached, long nowMs) {
    LOG.warn(
        "{}: messages {} to {} of its spool were acknowledged and are not in these records",
        device,
        known.through() + 1,
        reached.through());
    if (!known.mayComplain(nowMs)) {
      return reached;
    }
    Map<String, Object> data =
        Map.of(
            "spool", reached.spoolId(), "from", known.through() + 1, "through", reached.through());
    events.append(tx, new FleetEvent("io.flotilla.device.gap", "device/" + device, data));
    return reached.complained(nowMs);
  }

  private void status(Transaction tx, String device, Status status, long nowMs) {
    requireSchema(status.schema());
    requireId(status.bootId());
    presence.status(tx, device, status, nowMs);
  }

  private void spooled(Transaction tx, UpTopic topic, SpooledEnvelope envelope, long nowMs) {
    requireSchema(envelope.schema());
    requireId(envelope.spoolId());
    String device = topic.deviceId();
    SpoolState spool = tx.get(SPOOLS, device).orElseGet(() -> SpoolState.begin(envelope.spoolId()));
    switch (spool.judge(envelope.spoolId(), envelope.sequence())) {
      case ACCEPT -> accept(tx, topic, spool, envelope, nowMs);
      case FIRST_OF_NEW_SPOOL ->
          accept(tx, topic, replace(tx, device, spool, envelope.spoolId()), envelope, nowMs);
      case REPEATED -> acknowledge(tx, device, spool);
      case AHEAD, OTHER_SPOOL ->
          LOG.debug("message {} of {} does not come next", envelope.sequence(), device);
    }
  }

  private SpoolState replace(Transaction tx, String device, SpoolState spool, String newSpoolId) {
    predictions.spoolReplaced(tx, device);
    return spool.replacedBy(newSpoolId);
  }

  private void accept(
      Transaction tx, UpTopic topic, SpoolState spool, SpooledEnvelope envelope, long nowMs) {
    SpoolState next = spool.accepted();
    tx.put(SPOOLS, topic.deviceId(), next);
    take(tx, topic, envelope, nowMs);
    acknowledge(tx, topic.deviceId(), next);
  }

  @SuppressWarnings("IllegalCatch") // a bug met by one message must not hold up the spool for ever
  private void take(Transaction tx, UpTopic topic, SpooledEnvelope envelope, long nowMs) {
    try {
      tx.attempt(
          inner -> {
            if (envelope.kind() != topic.kind()) {
              throw invalid(
                  "a %s message came on the topic of %s".formatted(envelope.kind(), topic.kind()));
            }
            body(inner, topic.deviceId(), envelope, nowMs);
            return true;
          });
    } catch (FlotillaException e) {
      rethrowIfOurs(e);
      drop(tx, topic.deviceId(), e, nowMs);
    } catch (RuntimeException e) {
      LOG.error("message {} of {} hit a bug", envelope.sequence(), topic.deviceId(), e);
      drop(tx, topic.deviceId(), new FlotillaException(ErrorCode.INTERNAL, "a bug", e), nowMs);
    }
  }

  private void body(Transaction tx, String device, SpooledEnvelope envelope, long nowMs) {
    byte[] body = envelope.body();
    switch (envelope.kind()) {
      case PROGRESS -> progress(tx, device, decode(body, Progress.class), nowMs);
      case REPORTED -> {
        Reported reported = decode(body, Reported.class);
        requireSchema(reported.schema());
        devices.put(tx, devices.require(tx, device).withRunning(reported.running()));
        handlers.running(tx, device, reported.running(), reported.assignment(), nowMs);
      }
      case CAPTURE -> {
        Capture capture = decode(body, Capture.class);
        requireSchema(capture.schema());
        predictions.capture(tx, device, capture);
      }
      case WINDOWS -> {
        WindowReport report = decode(body, WindowReport.class);
        requireSchema(report.schema());
        predictions.reported(tx, device, report.totals());
        handlers.window(tx, device, report, nowMs);
      }
      case HEALTH -> {
        HealthReport report = decode(body, HealthReport.class);
        requireSchema(report.schema());
        handlers.health(tx, device, report, nowMs);
      }
      case PROFILES -> {
        ProfileReport report = decode(body, ProfileReport.class);
        requireSchema(report.schema());
        handlers.profile(tx, device, report, nowMs);
      }
      case COMMANDS -> {
        CommandAnswer answer = decode(body, CommandAnswer.class);
        requireSchema(answer.schema());
        handlers.command(tx, device, answer, nowMs);
      }
      case EVENTS -> {
        DeviceEvent event = decode(body, DeviceEvent.class);
        requireSchema(event.schema());
        deviceEvent(tx, device, event.code(), event.detail());
      }
      case HELLO, STATUS, NEED, RENEWAL -> throw invalid(envelope.kind() + " is not spooled");
    }
  }

  private void progress(Transaction tx, String device, Progress progress, long nowMs) {
    requireSchema(progress.schema());
    handlers.progress(tx, device, progress, nowMs);
    switch (progress.state()) {
      case COMMITTED -> {
        Optional<VersionRef> running = Optional.of(progress.target());
        devices.put(tx, devices.require(tx, device).withRunning(running));
        handlers.running(tx, device, running, progress.assignment(), nowMs);
        deployment(tx, "activated", device, progress);
      }
      case REFUSED -> deployment(tx, "refused", device, progress);
      case ROLLED_BACK -> deployment(tx, "rolledback", device, progress);
      case ASSIGNED, FETCHING, VERIFYING, STAGED, OPTIMISING, PROVING, PROBATION ->
          LOG.debug("{}: {} is {}", device, progress.target(), progress.state());
    }
  }

  private void deployment(Transaction tx, String what, String device, Progress progress) {
    Map<String, Object> data = new TreeMap<>();
    data.put("model", progress.target().model());
    data.put("version", progress.target().version());
    data.put("assignment", progress.assignment());
    data.put("measurements", progress.measurements());
    progress
        .failure()
        .ifPresent(
            failure -> {
              data.put("code", failure.code());
              data.put("detail", failure.detail());
            });
    events.append(tx, new FleetEvent("io.flotilla.device." + what, "device/" + device, data));
  }

  private void deviceEvent(Transaction tx, String device, String code, String detail) {
    events.append(
        tx,
        new FleetEvent(
            "io.flotilla.device.event",
            "device/" + device,
            Map.of("code", code, "detail", detail)));
  }

  private void drop(Transaction tx, String device, FlotillaException why, long nowMs) {
    LOG.warn("a message of {} is dropped: {} {}", device, why.code(), why.getMessage());
    SpoolState spool = tx.get(SPOOLS, device).orElseGet(() -> SpoolState.begin("")).oneDropped();
    if (spool.mayComplain(nowMs)) {
      spool = spool.complained(nowMs);
      deviceEvent(
          tx,
          device,
          why.code().name(),
          "the controller dropped a message of this device: " + why.getMessage());
    }
    tx.put(SPOOLS, device, spool);
  }

  private void acknowledge(Transaction tx, String device, SpoolState spool) {
    Ack ack = new Ack(SCHEMA, spool.spoolId(), spool.through());
    tx.thenOnce("ack/" + device, () -> acknowledger.accept(device, ack));
  }

  private static <T> T decode(byte[] payload, Class<T> type) {
    return MessageCodec.decode(payload, type);
  }

  private static void requireSchema(int schema) {
    if (schema != SCHEMA) {
      throw invalid("a message of schema %d came; this controller reads 1".formatted(schema));
    }
  }

  private static void requireId(String id) {
    if (!id.matches("[A-Za-z0-9._-]{1,64}")) {
      throw invalid("a spool or boot id has 1 to 64 of A-Z a-z 0-9 . _ -");
    }
  }

  /** What the controller's own disk did wrong is no fault of the message: it must come again. */
  private static void rethrowIfOurs(FlotillaException e) {
    boolean ours =
        e.code().errorClass() == ErrorClass.SERVER || e.code().errorClass() == ErrorClass.DEVICE;
    if (ours && e.code() != ErrorCode.INTERNAL) {
      throw e;
    }
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
