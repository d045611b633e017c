package io.flotilla.controller.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.Status;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.Topics.UpTopic;
import io.flotilla.protocol.topic.UpKind;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IngestTest {
  private static final VersionRef V1 = new VersionRef("digits", 1, "11".repeat(32));
  private static final long NOW = 1_000_000;
  private static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "linux",
          "amd64",
          1,
          1 << 28,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
          Optional.empty());

  private final MemoryStore store = new MemoryStore();
  private final BatchRunner runner = new BatchRunner(store);
  private final StoredRecords stored = new StoredRecords(store);
  private final List<Ack> acks = new ArrayList<>();
  private final VersionCatalog catalog =
      (model, version) ->
          version == 1 && model.equals("digits")
              ? Optional.of(
                  new KnownVersion(
                      V1,
                      new Assignment.Archive(1, V1.bundle(), V1.bundle()),
                      true,
                      Optional.empty()))
              : Optional.empty();
  private final DeviceDirectory devices = new DeviceDirectory(store);
  private final EventLog events =
      new EventLog(store, Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));
  private final Predictions predictions = new Predictions(catalog);
  private final Ingest ingest =
      new Ingest(devices, predictions, new NoHandlers(), events, (device, ack) -> acks.add(ack));
  private long sequence;
  private long nowMs = NOW;

  @BeforeEach
  void enrol() {
    runner.decide(
        tx -> {
          for (String id : List.of("cam-1", "cam-2")) {
            devices.put(
                tx, DeviceRecord.enrolled(id, Map.of(), DeviceRecord.Identity.of(1, "1", "00")));
          }
          return true;
        });
    hello("spool");
  }

  @Test
  void acknowledgesWhatItStored() {
    say(UpKind.CAPTURE, capture("cam-1/b/1", "cam-1/b/2"));

    assertThat(lastAck()).isEqualTo(new Ack(1, "spool", 1));
    assertThat(accounting().models().get("digits"))
        .isEqualTo(new Accounting.Stored(Map.of("1", 2L), 0));
  }

  @Test
  void acceptsOnlyTheNextAndAcknowledgesRepetitions() {
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    raw("spool", 3, capture("cam-1/b/3"));
    assertThat(lastAck().through()).isEqualTo(1);
    acks.clear();

    raw("spool", 1, capture("cam-1/b/1"));

    assertThat(acks).containsExactly(new Ack(1, "spool", 1));
    assertThat(accounting().models().get("digits"))
        .isEqualTo(new Accounting.Stored(Map.of("1", 1L), 0));
  }

  @Test
  void aPredictionThatComesUnderAKnownIdIsCountedAndChangesNothing() {
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    say(UpKind.CAPTURE, capture("cam-1/b/1"));

    assertThat(accounting().models().get("digits"))
        .isEqualTo(new Accounting.Stored(Map.of("1", 1L), 1));
  }

  @Test
  void liesAreDroppedCountedToldOnceAndDoNotHoldUpTheSpool() {
    say(UpKind.CAPTURE, capture("cam-2/b/1"));
    say(UpKind.CAPTURE, capture("cam-1/b"));
    say(UpKind.CAPTURE, new Capture(1, new VersionRef("digits", 9, V1.bundle()), List.of()));
    say(UpKind.CAPTURE, new Capture(2, V1, List.of()));
    say(UpKind.CAPTURE, oddInput());
    say(UpKind.WINDOWS, new Status(1, true, "b"));
    say(UpKind.CAPTURE, capture("cam-1/b/1"));

    assertThat(lastAck().through()).isEqualTo(7);
    assertThat(stored.get(Ingest.SPOOLS, "cam-1").orElseThrow().dropped()).isEqualTo(6);
    assertThat(stored.scan(Predictions.PREDICTIONS, "", "", 10)).hasSize(1);
    assertThat(eventTypes()).containsOnlyOnce("io.flotilla.device.event");
    nowMs += SpoolState.COMPLAINT_PAUSE_MILLIS;
    say(UpKind.CAPTURE, capture("cam-2/b/1"));
    assertThat(eventTypes().stream().filter("io.flotilla.device.event"::equals)).hasSize(2);
  }

  @Test
  void goesOnWhereTheDeviceWasToldWhenItWasSetBackItself() {
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    hello("spool", Optional.of(V1), released(40));

    assertThat(lastAck()).isEqualTo(new Ack(1, "spool", 40));
    assertThat(devices.require("cam-1").running()).as("its own word counts").contains(V1);
    raw("spool", 2, capture("cam-1/b/2"));
    raw("spool", 42, capture("cam-1/b/42"));
    raw("spool", 41, capture("cam-1/b/41"));
    assertThat(lastAck().through()).isEqualTo(41);
    assertThat(stored.scan(Predictions.PREDICTIONS, "", "", 10))
        .extracting(Table.Row::id)
        .containsExactly("cam-1/b/1", "cam-1/b/41");
    assertThat(events.page(0, 100))
        .filteredOn(event -> event.type().equals("io.flotilla.device.gap"))
        .extracting(LoggedEvent::data)
        .containsExactly(Map.of("spool", "spool", "from", 2, "through", 40));
  }

  @Test
  void goesOnWithASpoolThatItForgotWhole() {
    hello("spool-2", Optional.empty(), released(7));
    raw("spool-2", 8, capture("cam-1/b/8"));

    assertThat(lastAck()).isEqualTo(new Ack(1, "spool-2", 8));
  }

  @Test
  void aLateHelloOfAControllerThatForgotNothingChangesNothing() {
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    say(UpKind.CAPTURE, capture("cam-1/b/2"));
    hello("spool", Optional.of(V1), released(1));
    hello("spool", Optional.of(V1), released(2));

    assertThat(lastAck()).isEqualTo(new Ack(1, "spool", 2));
    assertThat(devices.require("cam-1").running()).as("its spool says that").isEmpty();
    assertThat(eventTypes()).doesNotContain("io.flotilla.device.gap");
  }

  @Test
  void numbersThatNoDeviceCanHaveReachedAreNotBelieved() {
    for (long lie : new long[] {-1, Limits.MAX_CLAIMED_NUMBER + 1, Long.MAX_VALUE}) {
      hello("spool", Optional.empty(), released(lie));
      assertThat(lastAck()).isEqualTo(new Ack(1, "spool", 0));
    }
    hello("spool", Optional.empty(), released(Limits.MAX_CLAIMED_NUMBER));
    raw("spool", Limits.MAX_CLAIMED_NUMBER + 1, capture("cam-1/b/1"));
    assertThat(lastAck().through()).isEqualTo(Limits.MAX_CLAIMED_NUMBER + 1);
    hello("spool", Optional.empty(), released(Limits.MAX_CLAIMED_NUMBER + 1));
    assertThat(lastAck().through()).isEqualTo(Limits.MAX_CLAIMED_NUMBER + 1);
  }

  @Test
  void oneFalsePredictionDropsItsMessageWhole() {
    say(UpKind.CAPTURE, capture("cam-1/b/1", "cam-2/b/2"));

    assertThat(stored.scan(Predictions.PREDICTIONS, "", "", 10)).isEmpty();
    assertThat(lastAck().through()).isEqualTo(1);
  }

  @Test
  void noiseIsCountedAndNotAcknowledged() {
    acks.clear();
    message(UpKind.CAPTURE, new byte[] {1, 2, 3});
    message(UpKind.HELLO, MessageCodec.encode(new Status(1, true, "b")));

    assertThat(acks).isEmpty();
    assertThat(stored.get(Ingest.SPOOLS, "cam-1").orElseThrow().dropped()).isEqualTo(2);
  }

  @Test
  void aWipedDeviceBeginsAnewAndItsOldSpoolIsNotListenedTo() {
    say(UpKind.WINDOWS, window(10));
    hello("spool-2");
    assertThat(lastAck()).isEqualTo(new Ack(1, "spool-2", 0));
    raw("spool-2", 1, capture("cam-1/c/1"));
    raw("spool", 1, capture("cam-1/b/1"));
    raw("spool", 2, capture("cam-1/b/2"));
    raw("spool-2", 2, window(5));

    assertThat(lastAck()).isEqualTo(new Ack(1, "spool-2", 2));
    assertThat(accounting().device().made()).isEqualTo(15);
  }

  @Test
  void aNewSpoolBeginsEvenIfItsHelloWasLost() {
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    raw("spool-2", 2, capture("cam-1/c/2"));
    assertThat(lastAck().spoolId()).isEqualTo("spool");
    raw("spool-2", 1, capture("cam-1/c/1"));

    assertThat(lastAck()).isEqualTo(new Ack(1, "spool-2", 1));
  }

  @Test
  void strangersAndDevicesThatAreShutOutAreNotListenedTo() {
    runner.decide(
        tx -> {
          DeviceRecord device = devices.require(tx, "cam-1");
          devices.put(tx, device.withIdentity(device.identity().revokedNow()));
          return true;
        });
    acks.clear();
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    runner.decide(
        tx -> {
          ingest.message(tx, new UpTopic("stranger", UpKind.STATUS), new byte[] {1}, NOW);
          return true;
        });

    assertThat(acks).isEmpty();
  }

  @Test
  void presenceFollowsTheLastWordOfThePresentLife() {
    assertThat(devices.require("cam-1").online()).isTrue();
    message(UpKind.STATUS, MessageCodec.encode(new Status(1, false, "earlier")));
    assertThat(devices.require("cam-1").online()).isTrue();
    message(UpKind.STATUS, MessageCodec.encode(new Status(1, false, "boot")));
    assertThat(devices.require("cam-1").online()).isFalse();

    assertThat(eventTypes())
        .containsExactly("io.flotilla.device.online", "io.flotilla.device.offline");
  }

  @Test
  void afterARestartNobodyIsOnlineUntilItSaysSo() {
    runner.decide(
        tx -> {
          ingest.recovered(tx);
          return true;
        });
    assertThat(devices.require("cam-1").online()).isFalse();
    hello("spool");
    assertThat(devices.require("cam-1").online()).isTrue();
  }

  @Test
  void whatADeviceRunsAndTellsIsKept() {
    say(UpKind.REPORTED, new Reported(1, Optional.of(V1), "CPUExecutionProvider", 1, NOW));
    say(UpKind.EVENTS, new DeviceEvent(1, "SPOOL_FULL", "3 refused", NOW));

    assertThat(devices.require("cam-1").running()).contains(V1);
    assertThat(events.page(0, 10).getLast().data()).containsEntry("code", "SPOOL_FULL");
  }

  @Test
  void labelsGoToKnownPredictions() {
    say(UpKind.CAPTURE, capture("cam-1/b/1"));
    assertThat(runner.<Boolean>decide(tx -> predictions.label(tx, "cam-1/b/1", "7"))).isTrue();
    assertThat(runner.<Boolean>decide(tx -> predictions.label(tx, "cam-1/b/2", "7"))).isFalse();
    assertThatThrownBy(() -> runner.decide(tx -> predictions.label(tx, "cam-1/b/1", "\n")))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));

    assertThat(stored.get(Predictions.PREDICTIONS, "cam-1/b/1").orElseThrow().truth())
        .contains("7");
  }

  private static WindowReport window(long made) {
    return new WindowReport(
        1, V1, 0, NOW, NOW, new byte[0], new WindowReport.Totals(made, made, 0));
  }

  private static Capture capture(String... ids) {
    List<Capture.Prediction> predictions = new ArrayList<>();
    for (String id : ids) {
      predictions.add(
          new Capture.Prediction(id, NOW, Optional.of("3"), .5f, Optional.of(new byte[8])));
    }
    return new Capture(1, V1, predictions);
  }

  private static Capture oddInput() {
    return new Capture(
        1,
        V1,
        List.of(
            new Capture.Prediction(
                "cam-1/b/5", NOW, Optional.empty(), .5f, Optional.of(new byte[7]))));
  }

  private void hello(String spoolId) {
    hello(spoolId, Optional.empty(), Optional.empty());
  }

  private void hello(String spoolId, Optional<VersionRef> running, Optional<Hello.Past> past) {
    message(
        UpKind.HELLO,
        MessageCodec.encode(new Hello(1, "test", "boot", spoolId, HARDWARE, running, 0, past)));
  }

  private static Optional<Hello.Past> released(long through) {
    return Optional.of(new Hello.Past(through, Optional.empty()));
  }

  private void say(UpKind kind, Record body) {
    sequence++;
    message(kind, envelope("spool", sequence, kind, body));
  }

  private void raw(String spoolId, long number, Record body) {
    UpKind kind = body instanceof Capture ? UpKind.CAPTURE : UpKind.WINDOWS;
    message(kind, envelope(spoolId, number, kind, body));
  }

  private static byte[] envelope(String spoolId, long number, UpKind kind, Record body) {
    return MessageCodec.encode(
        new SpooledEnvelope(1, spoolId, number, "boot", kind, MessageCodec.encode(body)));
  }

  private void message(UpKind kind, byte[] payload) {
    runner.decide(
        tx -> {
          ingest.message(tx, new UpTopic("cam-1", kind), payload, nowMs);
          return true;
        });
  }

  private Accounting accounting() {
    return stored.get(Predictions.ACCOUNTING, "cam-1").orElseThrow();
  }

  private Ack lastAck() {
    return acks.getLast();
  }

  private List<String> eventTypes() {
    return events.page(0, 100).stream().map(LoggedEvent::type).toList();
  }

  private static final class NoHandlers implements BodyHandlers {
    @Override
    public void hello(Transaction tx, String device, Hello hello, boolean forgot, long atMs) {
      // Rollouts have their own test.
    }

    @Override
    public void progress(Transaction tx, String device, Progress progress, long atMs) {
      // Rollouts have their own test.
    }

    @Override
    public void running(
        Transaction tx, String device, Optional<VersionRef> running, long assignment, long atMs) {
      // Intervals have their own test.
    }

    @Override
    public void renewal(Transaction tx, String device, RenewalRequest request, long atMs) {
      // Renewals have their own test.
    }

    @Override
    public void command(Transaction tx, String device, CommandAnswer answer, long atMs) {
      // Commands have their own test.
    }

    @Override
    public void profile(Transaction tx, String device, ProfileReport report, long atMs) {
      // Profile jobs have their own test.
    }

    @Override
    public void health(Transaction tx, String device, HealthReport report, long atMs) {
      // Gates have their own test.
    }

    @Override
    public void window(Transaction tx, String device, WindowReport report, long atMs) {
      // The monitor has its own test.
    }
  }
}
