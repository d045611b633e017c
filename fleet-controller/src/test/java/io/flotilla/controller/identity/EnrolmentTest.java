package io.flotilla.controller.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.registry.store.RecordStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolmentTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final KeyPair key = TestDevices.ecKey("secp256r1");

  @TempDir Path folder;
  private TestFleet fleet;
  private CertificateAuthority authority;
  private Claims claims;
  private Enrolment enrolment;

  @BeforeEach
  void start() {
    fleet = new TestFleet(folder.resolve("store"), clock);
    authority = TestDevices.authority(folder.resolve("pki"), clock);
    claims = new Claims(fleet.core, clock, new SecureRandom(), authority.fingerprint());
    enrolment =
        new Enrolment(
            new EnrolmentTerms("default", URI.create("mqtts://localhost:8883"), "the key"),
            authority,
            claims,
            fleet.state(),
            clock);
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  private String claim() {
    return claim(Map.of());
  }

  private String claim(Map<String, String> labels) {
    return claims
        .issue(1, Duration.ofHours(1), labels, Reason.NONE)
        .toCompletableFuture()
        .join()
        .getFirst();
  }

  private EnrolmentAnswer enrol(String claim, String deviceId, KeyPair with) {
    return enrolment.enrol(new EnrolmentRequest(claim, deviceId, TestDevices.csr("whoever", with)));
  }

  @Test
  void aClaimMakesADeviceOfTheFleet() {
    EnrolmentAnswer answer = enrol(claim(Map.of("site", "lyon")), "cam-1", key);

    DeviceRecord device = fleet.devices.require("cam-1");
    assertThat(device.labels()).containsExactly(Map.entry("site", "lyon"));
    assertThat(device.enrolledAtMs()).isEqualTo(clock.millis());
    assertThat(device.online()).isFalse();
    assertThat(answer.deviceId()).isEqualTo("cam-1");
    assertThat(answer.certificate()).startsWith("-----BEGIN CERTIFICATE-----");
    assertThat(answer.ca()).isEqualTo(authority.pem());
    assertThat(answer.broker()).isEqualTo("mqtts://localhost:8883");
    assertThat(fleet.eventTypes()).containsExactly("io.flotilla.device.enrolled");
  }

  @Test
  void theClaimTellsWhichAuthorityToExpect() {
    List<String> parts = parts(claim());

    assertThat(parts).hasSize(4);
    assertThat(parts.get(3)).isEqualTo(authority.fingerprint());
  }

  @Test
  void aUsedClaimIsRefusedForAnyoneElse() {
    String claim = claim();
    enrol(claim, "cam-1", key);

    assertCode(ErrorCode.CLAIM_USED, () -> enrol(claim, "cam-2", TestDevices.ecKey("secp256r1")));
    assertCode(ErrorCode.CLAIM_USED, () -> enrol(claim, "cam-2", key));
    assertCode(ErrorCode.CLAIM_USED, () -> enrol(claim, "cam-1", TestDevices.ecKey("secp256r1")));
    assertThat(fleet.devices.find("cam-2")).isEmpty();
  }

  @Test
  void aDeviceThatLostTheAnswerGetsTheSameAgain() {
    String claim = claim();
    EnrolmentAnswer first = enrol(claim, "cam-1", key);
    now.updateAndGet(at -> at.plus(Duration.ofDays(2)));

    assertThat(enrol(claim, "cam-1", key)).isEqualTo(first);
    assertThat(fleet.eventTypes()).containsExactly("io.flotilla.device.enrolled");
  }

  @Test
  void anExpiredClaimIsRefused() {
    String claim = claim();
    now.updateAndGet(at -> at.plus(Duration.ofHours(1)));

    assertCode(ErrorCode.CLAIM_EXPIRED, () -> enrol(claim, "cam-1", key));
  }

  @Test
  void aClaimIsGoodUntilItsLastMillisecond() {
    String claim = claim();
    now.updateAndGet(at -> at.plus(Duration.ofHours(1)).minusMillis(1));

    assertThat(enrol(claim, "cam-1", key).deviceId()).isEqualTo("cam-1");
  }

  @Test
  void longExpiredClaimsAreForgotten() {
    String claim = claim();
    now.updateAndGet(at -> at.plus(Duration.ofDays(8)));
    claim();

    assertCode(ErrorCode.CLAIM_UNKNOWN, () -> enrol(claim, "cam-1", key));
  }

  @Test
  void aClaimWithOneWrongCharacterIsUnknown() {
    String claim = claim();
    List<String> parts = parts(claim);
    char first = parts.get(2).charAt(0);
    String wrongSecret =
        claim.replace(
            "." + parts.get(2), "." + (first == 'A' ? 'B' : 'A') + parts.get(2).substring(1));
    String wrongId = claim.replace(parts.get(1), "0".repeat(27));

    assertCode(ErrorCode.CLAIM_UNKNOWN, () -> enrol(wrongSecret, "cam-1", key));
    assertCode(ErrorCode.CLAIM_UNKNOWN, () -> enrol(wrongId, "cam-1", key));
    assertThat(enrol(claim, "cam-1", key).deviceId()).isEqualTo("cam-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "flc1", "flc1...", "flc2.a.b.c", "flc1.../../x.y.z", "\u0000"})
  void whatIsNoClaimIsUnknown(String text) {
    assertCode(ErrorCode.CLAIM_UNKNOWN, () -> enrol(text, "cam-1", key));
  }

  @Test
  void theStoreKnowsNoSecret() {
    String claim = claim();
    String secret = parts(claim).get(2);

    for (RecordStore.Entry entry : fleet.store.scan("", "", 1000)) {
      assertThat(new String(entry.value(), StandardCharsets.UTF_8)).doesNotContain(secret);
      assertThat(entry.key()).doesNotContain(secret);
    }
    assertThat(ClaimToken.parse(claim).toString()).doesNotContain(secret);
    assertThat(new EnrolmentRequest(claim, "cam-1", "csr").toString()).doesNotContain(secret);
  }

  @Test
  void ofManyRacersWithOneClaimExactlyOneWins() throws Exception {
    int racers = 8;
    String claim = claim();
    CyclicBarrier start = new CyclicBarrier(racers);
    List<Callable<String>> attempts = new ArrayList<>();
    for (int i = 0; i < racers; i++) {
      String id = "cam-" + i;
      KeyPair own = TestDevices.ecKey("secp256r1");
      attempts.add(
          () -> {
            start.await();
            try {
              return enrol(claim, id, own).deviceId();
            } catch (FlotillaException e) {
              return e.code().name();
            }
          });
    }
    List<String> outcomes = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(racers)) {
      for (Future<String> outcome : pool.invokeAll(attempts)) {
        outcomes.add(outcome.get());
      }
    }

    assertThat(outcomes).filteredOn(ErrorCode.CLAIM_USED.name()::equals).hasSize(racers - 1);
    assertThat(fleet.devices.size()).isEqualTo(1);
  }

  @Test
  void anotherKeyCannotTakeOverADeviceUntilItIsRevoked() {
    enrol(claim(), "cam-1", key);
    KeyPair other = TestDevices.ecKey("secp384r1");
    String claim = claim();

    assertCode(ErrorCode.CONFLICT, () -> enrol(claim, "cam-1", other));

    DeviceRecord device = fleet.devices.require("cam-1");
    fleet.decide(
        tx -> {
          fleet.devices.put(tx, device.withIdentity(device.identity().revokedNow()));
          return true;
        });
    assertThat(enrol(claim, "cam-1", other).deviceId()).isEqualTo("cam-1");
    assertThat(fleet.devices.require("cam-1").identity().revoked()).isFalse();
  }

  @Test
  void aRevokedDeviceCannotComeBackWithItsOldClaim() {
    String claim = claim();
    enrol(claim, "cam-1", key);
    DeviceRecord device = fleet.devices.require("cam-1");
    fleet.decide(
        tx -> {
          fleet.devices.put(tx, device.withIdentity(device.identity().revokedNow()));
          return true;
        });

    assertCode(ErrorCode.CLAIM_USED, () -> enrol(claim, "cam-1", key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"controller", "", "Cam", "a/b", "+", "#", "../x", "a b", "-a"})
  void aNameThatIsNoDevicesIsRefusedAndTheClaimStaysGood(String id) {
    String claim = claim();

    assertCode(ErrorCode.NAME_INVALID, () -> enrol(claim, id, key));
    assertThat(enrol(claim, "cam-1", key).deviceId()).isEqualTo("cam-1");
  }

  @Test
  void aRequestThatProvesNothingIsRefusedAndTheClaimStaysGood() {
    String claim = claim();
    String good = TestDevices.csr("cam-1", key);
    List<String> bad =
        List.of(
            "",
            "not PEM",
            good.substring(0, good.length() / 2),
            good.replace("REQUEST", "CERTIFICATE"),
            TestDevices.csr("cam-1", key, TestDevices.ecKey("secp256r1")),
            TestDevices.csr("cam-1", TestDevices.ecKey("secp521r1")),
            TestDevices.csr("cam-1", TestDevices.rsaKey()),
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            good + " ".repeat(CertificateRequest.MAX_CHARS));

    for (String csr : bad) {
      assertCode(
          ErrorCode.CSR_INVALID, () -> enrolment.enrol(new EnrolmentRequest(claim, "cam-1", csr)));
    }
    assertThat(enrol(claim, "cam-1", key).deviceId()).isEqualTo("cam-1");
  }

  @Test
  void claimsOutOfRangeAreRefused() {
    Duration hour = Duration.ofHours(1);

    assertCode(ErrorCode.INPUT_INVALID, () -> claims.issue(0, hour, Map.of(), Reason.NONE));
    assertCode(
        ErrorCode.INPUT_INVALID,
        () -> claims.issue(Claims.MAX_COUNT + 1, hour, Map.of(), Reason.NONE));
    assertCode(
        ErrorCode.INPUT_INVALID, () -> claims.issue(1, Duration.ZERO, Map.of(), Reason.NONE));
    assertCode(
        ErrorCode.INPUT_INVALID,
        () -> claims.issue(1, Claims.MAX_TTL.plusSeconds(1), Map.of(), Reason.NONE));
    assertCode(
        ErrorCode.INPUT_INVALID, () -> claims.issue(1, hour, Map.of("id", "x"), Reason.NONE));
    assertThat(
            claims
                .issue(Claims.MAX_COUNT, hour, Map.of(), Reason.NONE)
                .toCompletableFuture()
                .join())
        .hasSize(Claims.MAX_COUNT)
        .doesNotHaveDuplicates();
  }

  private static List<String> parts(String claim) {
    return List.of(claim.split("\\.", -1));
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
