package io.flotilla.controller.app;

import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.controller.link.DeviceLink;
import io.flotilla.controller.link.InboundMessage;
import io.flotilla.controller.link.LinkConfig;
import io.flotilla.controller.link.LinkListener;
import io.flotilla.controller.link.OutboundMessage;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Need;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.RenewalAnswer;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A device's end of the wire, driven by the test. */
final class TestDevice implements AutoCloseable {
  private static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "linux",
          "amd64",
          1,
          1 << 28,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
          Optional.empty());

  final BlockingQueue<Assignment> assignments = new LinkedBlockingQueue<>();
  final BlockingQueue<ProfileCommand> profiles = new LinkedBlockingQueue<>();
  final BlockingQueue<DeviceCommand> commands = new LinkedBlockingQueue<>();
  final BlockingQueue<byte[]> parts = new LinkedBlockingQueue<>();
  final BlockingQueue<String> certificates = new LinkedBlockingQueue<>();
  final AtomicLong acknowledged = new AtomicLong();
  final String id;

  private final Topics topics = new Topics(Topics.DEFAULT_TENANT);
  private final JsonObject enrolment;
  private final KeyPair key;
  private final DeviceLink link;
  private final ConcurrentNavigableMap<Long, SpooledEnvelope> spooled =
      new ConcurrentSkipListMap<>();
  private long sequence;

  /** Enrols with a claim, and connects. */
  TestDevice(String id, TestOperator operator, String claim) {
    this(id, newKey(), key -> enrol(id, key, operator, claim));
  }

  /** The same device with another certificate for its key. */
  TestDevice(TestDevice before, String certificate) {
    this(before.id, before.key, key -> before.enrolment.copy().put("certificate", certificate));
  }

  /** Gets its identity, and connects. */
  TestDevice(String id, KeyPair key, Function<KeyPair, JsonObject> enrolment) {
    this.id = id;
    this.key = key;
    this.enrolment = enrolment.apply(key);
    this.link = new DeviceLink(config(), this::receive, new Hearing(), new Random(1));
    link.connect().toCompletableFuture().join();
  }

  private LinkConfig config() {
    try {
      TlsIdentity identity =
          new TlsIdentity(
              key.getPrivate(),
              List.of(certificate(enrolment.getString("certificate"))),
              certificate(enrolment.getString("ca")));
      return new LinkConfig(
          URI.create(enrolment.getString("broker")),
          id,
          List.of(topics.downOf(id), topics.allBundles()),
          identity.keyManagers(),
          identity.trustManagers());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject enrol(String id, KeyPair key, TestOperator operator, String claim) {
    return operator
        .post(
            "/enrolments",
            new JsonObject().put("claim", claim).put("deviceId", id).put("csr", csr(key)))
        .json();
  }

  void askRenewal(KeyPair of) {
    publish(UpKind.RENEWAL, new RenewalRequest(1, csr(of)));
  }

  void askRenewal() {
    askRenewal(key);
  }

  private final class Hearing implements LinkListener {
    @Override
    public void onConnected() {
      publish(
          UpKind.HELLO,
          new Hello(1, "test", "boot", "spool", HARDWARE, Optional.empty(), 0, Optional.empty()));
      spooled.tailMap(acknowledged.get(), false).forEach((number, message) -> send(message));
    }

    @Override
    public void onDisconnected(String reason) {
      // The link comes back by itself.
    }
  }

  private void receive(InboundMessage message) {
    if (message.topic().equals(topics.assignment(id)) && message.payload().length > 0) {
      byte[] payload = opened(message, Assignment.PAYLOAD_TYPE);
      assignments.add(MessageCodec.decode(payload, Assignment.class));
    } else if (message.topic().equals(topics.command(id))) {
      if (Dsse.claimedType(message.payload()).equals(Optional.of(DeviceCommand.PAYLOAD_TYPE))) {
        byte[] payload = opened(message, DeviceCommand.PAYLOAD_TYPE);
        commands.add(MessageCodec.decode(payload, DeviceCommand.class));
      } else {
        byte[] payload = opened(message, ProfileCommand.PAYLOAD_TYPE);
        profiles.add(MessageCodec.decode(payload, ProfileCommand.class));
      }
    } else if (message.topic().equals(topics.certificate(id))) {
      certificates.add(MessageCodec.decode(message.payload(), RenewalAnswer.class).certificate());
    } else if (message.topic().equals(topics.ack(id))) {
      acknowledged.set(MessageCodec.decode(message.payload(), Ack.class).through());
    } else if (message.topic().contains("/bundles/")) {
      parts.add(message.payload());
    }
    message.acknowledge().run();
  }

  private byte[] opened(InboundMessage message, String payloadType) {
    return Dsse.verify(
        message.payload(),
        payloadType,
        List.of(VerifyingKey.parsePem(enrolment.getString("assignmentKey"))));
  }

  void publish(UpKind kind, Record message) {
    var _ =
        link.publish(new OutboundMessage(topics.up(id, kind), MessageCodec.encode(message), false));
  }

  void need(Assignment assignment, boolean index) {
    publish(UpKind.NEED, new Need(1, assignment.target().bundle(), index, new byte[] {1}));
  }

  static BundlePart part(byte[] payload) {
    return MessageCodec.decode(payload, BundlePart.class);
  }

  /** Says something through the spool. */
  void spool(UpKind kind, Record body) {
    sequence++;
    SpooledEnvelope message =
        new SpooledEnvelope(1, "spool", sequence, "boot", kind, MessageCodec.encode(body));
    spooled.put(sequence, message);
    send(message);
  }

  /** Fails fast while there is no connection: the next one sends what is not acknowledged. */
  private void send(SpooledEnvelope message) {
    publish(message.kind(), message);
  }

  long lastSequence() {
    return sequence;
  }

  void commit(Assignment assignment) {
    spool(
        UpKind.PROGRESS,
        new Progress(
            1,
            assignment.number(),
            assignment.target(),
            DeploymentState.COMMITTED,
            Optional.empty(),
            Map.of("loadMillis", 3.0),
            5));
  }

  private static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  static String csr(KeyPair key) {
    try {
      byte[] der =
          new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=any"), key.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
              .getEncoded();
      return "-----BEGIN CERTIFICATE REQUEST-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
          + "\n-----END CERTIFICATE REQUEST-----\n";
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
