package io.flotilla.agent.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.agent.testing.TestDevice;
import io.flotilla.agent.testing.TinyModel;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.protocol.message.Assignment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentVerifierTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final long SEED = 20_260_101;

  @TempDir Path root;
  private TestDevice device;
  private AgentStore store;
  private Slots slots;
  private ContentVerifier verifier;
  private TestBundle bundle;
  private Digest digest;

  @BeforeEach
  void prepare() {
    device = new TestDevice(root);
    store = device.stores.open(root.resolve("store"));
    slots = new Slots(root.resolve("agent"));
    verifier = new ContentVerifier(slots, new TrustFolder(root.resolve("agent/trust"), store));
    bundle =
        TestBundle.make(
            root,
            1,
            new TestBundle.Content(new TinyModel(1), TestBundle.Content.of(1).golden(), 1, 300),
            device.publisher);
    digest = new Digest(bundle.version().bundle());
  }

  @AfterEach
  void close() {
    store.close();
    device.close();
  }

  @Test
  void getsVerifiedContentIntoItsSlot() throws Exception {
    place(Files.readAllBytes(bundle.archive()));
    assertThat(verifier.verify(device.assignment(1, bundle), NOW)).isPresent();
    assertThat(slots.present(digest)).isTrue();
    assertThat(slots.fetch(digest)).doesNotExist();
  }

  @Test
  void saysThatNothingIsThere() {
    assertThat(verifier.verify(device.assignment(1, bundle), NOW)).isEmpty();
  }

  @Test
  void letsNoFlippedByteOfAnArchiveIntoASlotEvenIfTheAssignmentVouchesForIt() throws Exception {
    byte[] good = Files.readAllBytes(bundle.archive());
    Random random = new Random(SEED);
    for (int trial = 0; trial < 150; trial++) {
      byte[] bytes = good.clone();
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      place(bytes);
      Assignment vouching =
          device.assignment(
              1,
              bundle.version(),
              new Assignment.Archive(bytes.length, Digest.of(bytes).hex(), "c".repeat(64)));
      assertThatThrownBy(() -> verifier.verify(vouching, NOW))
          .as("byte %d of the archive, seed %d", at, SEED)
          .isInstanceOf(FlotillaException.class);
      assertThat(slots.present(digest)).isFalse();
    }
  }

  @Test
  void dropsASlotInWhichAByteFlippedAndAsksForTheContentAgain() throws Exception {
    place(Files.readAllBytes(bundle.archive()));
    verifier.verify(device.assignment(1, bundle), NOW);
    Path model = slots.slot(digest).resolve("models/model.onnx");
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length / 2] ^= 1;
    Files.write(model, bytes);
    assertCode(ErrorCode.BUNDLE_DIGEST_MISMATCH, () -> verifier.verifySlot(bundle.version(), NOW));
    assertThat(verifier.verify(device.assignment(1, bundle), NOW)).isEmpty();
    assertThat(slots.present(digest)).isFalse();
  }

  @Test
  void refusesAnArchiveThatIsNotTheAssignedOne() throws Exception {
    place(Files.readAllBytes(bundle.archive()));
    Assignment other =
        device.assignment(
            1, bundle.version(), new Assignment.Archive(10, "a".repeat(64), "c".repeat(64)));
    assertCode(ErrorCode.BUNDLE_DIGEST_MISMATCH, () -> verifier.verify(other, NOW));
  }

  @Test
  void refusesATrustPolicyThatIsMissingForeignExpiredOrRolledBack() throws Exception {
    place(Files.readAllBytes(bundle.archive()));
    Path policy = root.resolve("agent/trust/trust.json");
    Path rootKey = root.resolve("agent/trust/root.pem");
    SigningKey owner = SigningKey.generate();
    Files.writeString(rootKey, owner.verifyingKey().pem());
    assertCode(ErrorCode.TRUST_POLICY_INVALID, this::verify);
    Files.write(policy, TrustPolicies.sign(policy(2, NOW), owner));
    assertCode(ErrorCode.TRUST_POLICY_INVALID, this::verify);
    Files.write(policy, TrustPolicies.sign(policy(2, NOW.plusSeconds(1)), owner));
    assertCode(ErrorCode.PUBLISHER_UNKNOWN, this::verify);
    Files.write(policy, TrustPolicies.sign(policy(1, NOW.plusSeconds(1)), owner));
    assertCode(ErrorCode.TRUST_POLICY_INVALID, this::verify);
    Files.delete(policy);
    assertCode(ErrorCode.TRUST_POLICY_INVALID, this::verify);
  }

  private void verify() {
    verifier.verify(device.assignment(1, bundle), NOW);
  }

  private static TrustPolicy policy(int version, Instant expires) {
    return new TrustPolicy(version, expires, List.of());
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private void place(byte[] archive) throws Exception {
    Path folder = Files.createDirectories(slots.fetch(digest));
    Files.write(ArchiveFetch.archiveIn(folder), archive);
  }
}
