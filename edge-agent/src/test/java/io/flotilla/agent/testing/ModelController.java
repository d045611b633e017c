package io.flotilla.agent.testing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Need;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.Topics.UpTopic;
import io.flotilla.protocol.topic.UpKind;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * A controller as a model: accepts exactly the next message of a spool, acknowledges what it
 * stored, serves the chunks that are asked for, and remembers everything it was told.
 */
public final class ModelController {
  private final MemoryNetwork network;
  private final Topics topics = new Topics(Topics.DEFAULT_TENANT);
  private final SigningKey key;
  private final Map<String, Long> through = new ConcurrentHashMap<>();
  private final Map<String, TestBundle> bundles = new ConcurrentHashMap<>();

  /** Hellos in order. */
  public final List<Hello> hellos = new CopyOnWriteArrayList<>();

  /** Transitions in order. */
  public final List<Progress> progress = new CopyOnWriteArrayList<>();

  /** What ran, in order. */
  public final List<Reported> reported = new CopyOnWriteArrayList<>();

  /** Events in order. */
  public final List<DeviceEvent> events = new CopyOnWriteArrayList<>();

  /** Predictions in order. */
  public final List<Capture.Prediction> predictions = new CopyOnWriteArrayList<>();

  /** Windows in order. */
  public final List<WindowReport> windows = new CopyOnWriteArrayList<>();

  public final List<HealthReport> health = new CopyOnWriteArrayList<>();

  /** What was said of profile jobs, in order. */
  public final List<ProfileReport> profiles = new CopyOnWriteArrayList<>();

  /** Answers to commands, in order. */
  public final List<CommandAnswer> answers = new CopyOnWriteArrayList<>();

  /** Asks in order. */
  public final List<Need> needs = new CopyOnWriteArrayList<>();

  /** What happens to chunks on their way; the identity at first. */
  public volatile UnaryOperator<byte[]> wire = UnaryOperator.identity();

  /** Whether chunks are served at all. */
  public volatile boolean serving = true;

  /** A controller on this network. */
  public ModelController(MemoryNetwork network, SigningKey key) {
    this.network = network;
    this.key = key;
    network.listen(this::hear);
  }

  /** Forgets how far every spool had come, as a controller does that is set back to a backup. */
  public void forget() {
    through.clear();
  }

  /** Publishes an acknowledgement, perhaps an old one. */
  public void send(Ack ack) {
    network.publish(topics.ack(TestDevice.ID), MessageCodec.encode(ack), false);
  }

  /** Publishes a signed assignment, retained. */
  public void assign(Assignment assignment, TestBundle bundle) {
    bundles.put(assignment.target().bundle(), bundle);
    send(assignment, key);
  }

  /** Publishes an assignment signed by some key. */
  public void send(Assignment assignment, SigningKey by) {
    byte[] envelope = Dsse.sign(Assignment.PAYLOAD_TYPE, MessageCodec.encode(assignment), by);
    network.publish(topics.assignment(assignment.deviceId()), envelope, true);
  }

  /** Publishes a signed profile command to the test device. */
  public void command(ProfileCommand command) {
    command(Dsse.sign(ProfileCommand.PAYLOAD_TYPE, MessageCodec.encode(command), key));
  }

  /** Publishes a signed command to the test device. */
  public void command(DeviceCommand command) {
    command(Dsse.sign(DeviceCommand.PAYLOAD_TYPE, MessageCodec.encode(command), key));
  }

  /** Publishes anything as a command to the test device. */
  public void command(byte[] envelope) {
    network.publish(topics.command(TestDevice.ID), envelope, false);
  }

  /** States reported for an assignment, in order. */
  public List<DeploymentState> states(long assignment) {
    return progress.stream()
        .filter(p -> p.assignment() == assignment)
        .map(Progress::state)
        .toList();
  }

  /** Code of the failure of an assignment; empty text if there is none. */
  public String failure(long assignment) {
    return progress.stream()
        .filter(p -> p.assignment() == assignment)
        .flatMap(p -> p.failure().stream())
        .map(Progress.Failure::code)
        .findFirst()
        .orElse("");
  }

  private void hear(String topic, byte[] payload) {
    UpTopic from = topics.parseUp(topic).orElseThrow();
    switch (from.kind()) {
      case HELLO -> {
        Hello hello = MessageCodec.decode(payload, Hello.class);
        hellos.add(hello);
        through.merge(hello.spoolId(), hello.past().orElseThrow().released(), Math::max);
        acknowledge(from.deviceId(), hello.spoolId());
      }
      case NEED -> serve(MessageCodec.decode(payload, Need.class));
      case STATUS -> {}
      case RENEWAL -> throw new AssertionError("no certificate of these tests is about to expire");
      case PROGRESS, REPORTED, CAPTURE, WINDOWS, HEALTH, PROFILES, COMMANDS, EVENTS ->
          store(from, payload);
    }
  }

  private void store(UpTopic from, byte[] payload) {
    SpooledEnvelope envelope = MessageCodec.decode(payload, SpooledEnvelope.class);
    long last = through.getOrDefault(envelope.spoolId(), 0L);
    if (envelope.sequence() == last + 1) {
      through.put(envelope.spoolId(), last + 1);
      keep(from.kind(), envelope.body());
    }
    acknowledge(from.deviceId(), envelope.spoolId());
  }

  private void keep(UpKind kind, byte[] body) {
    switch (kind) {
      case PROGRESS -> progress.add(MessageCodec.decode(body, Progress.class));
      case REPORTED -> reported.add(MessageCodec.decode(body, Reported.class));
      case EVENTS -> events.add(MessageCodec.decode(body, DeviceEvent.class));
      case PROFILES -> profiles.add(MessageCodec.decode(body, ProfileReport.class));
      case COMMANDS -> answers.add(MessageCodec.decode(body, CommandAnswer.class));
      case WINDOWS -> windows.add(MessageCodec.decode(body, WindowReport.class));
      case HEALTH -> health.add(MessageCodec.decode(body, HealthReport.class));
      case CAPTURE -> predictions.addAll(MessageCodec.decode(body, Capture.class).predictions());
      case HELLO, STATUS, NEED, RENEWAL -> throw new AssertionError(kind);
    }
  }

  private void acknowledge(String deviceId, String spoolId) {
    Ack ack = new Ack(1, spoolId, through.getOrDefault(spoolId, 0L));
    network.publish(topics.ack(deviceId), MessageCodec.encode(ack), false);
  }

  private void serve(Need need) {
    needs.add(need);
    TestBundle bundle = bundles.get(need.bundle());
    if (bundle == null || !serving) {
      return;
    }
    String topic = topics.bundle(new Digest(need.bundle()));
    ChunkTable table = bundle.table();
    if (need.index()) {
      network.publish(topic, MessageCodec.encode(new BundlePart.Index(table.rawDigests())), false);
    }
    BitSet missing = BitSet.valueOf(need.missing());
    for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
      byte[] data = wire.apply(bundle.chunk(i));
      network.publish(topic, MessageCodec.encode(new BundlePart.Chunk(i, data)), false);
    }
  }
}
