package io.flotilla.controller.profiling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.controller.catalog.RegistryCatalog;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.model.RegistrationRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileJobsTest {
  private static final long NOW = 1_000_000;
  private static final VersionPath PATH = new VersionPath("digits", 1);
  private static final ProfileReport.Point POINT =
      new ProfileReport.Point(2, 3, 10, 20, 30, 1000, .5, 1 << 20);

  /** What went out to devices, in order. */
  private final List<ProfileCommand> sent = new ArrayList<>();

  private final MemoryStore store = new MemoryStore();
  private final BatchRunner runner = new BatchRunner(store);
  private final DeviceDirectory devices = new DeviceDirectory(store);
  private final EventLog events = new EventLog(store, Clock.systemUTC());
  @TempDir private Path folder;
  private Profiles profiles;
  private ProfileJobs jobs;
  private VersionRef version;

  @BeforeEach
  void register() throws IOException {
    TestPublisher publisher = new TestPublisher(folder);
    ModelRegistry models =
        new ModelRegistry(
            store,
            new BlobStore(folder.resolve("blobs")),
            Clock.systemUTC(),
            RegistrationPolicy.strict(() -> trust(publisher.trust())));
    try (InputStream archive = Files.newInputStream(publisher.bundle("digits", "one"))) {
      version =
          RegistryCatalog.ref(
              models
                  .register(RegistrationRequest.of("digits", Map.of(), "ada"), archive)
                  .version());
    }
    profiles = new Profiles(models, new StoredRecords(store), events);
    jobs =
        new ProfileJobs(
            new ProfileJobs.Naming("default", new Random(7)), models, devices, profiles, sent::add);
    enrol("cam-1", false);
    enrol("cam-2", true);
  }

  private static TrustPolicy trust(Path trust) {
    try {
      return TrustPolicies.verify(
          Files.readAllBytes(trust.resolve("trust.json")),
          VerifyingKey.parsePem(Files.readString(trust.resolve("root.pem"))),
          Instant.EPOCH);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void enrol(String id, boolean online) {
    runner.decide(
        tx -> {
          devices.put(
              tx,
              DeviceRecord.enrolled(
                      id, Map.of("class", "gate"), DeviceRecord.Identity.of(1, "1", "00"))
                  .withPresence(new DeviceRecord.Presence(online, 1, Optional.empty()))
                  .withRunning(Optional.of(version)));
          return true;
        });
  }

  @Test
  void aJobGoesFromItsCommandToARecommendationForTheClass() {
    ProfileJob job = create(on("cam-1"));
    assertThat(job.state()).isEqualTo(ProfileJobState.WAITING);
    assertThat(sent).singleElement().isEqualTo(job.command());
    assertThat(job.command().version()).isEqualTo(version);

    report("cam-1", ProfileReport.running(job.command(), 5));
    assertThat(state(job)).isEqualTo(ProfileJobState.RUNNING);
    report("cam-1", succeeded(job));
    report("cam-1", succeeded(job));
    report("cam-1", ProfileReport.running(job.command(), 5));

    assertThat(state(job)).isEqualTo(ProfileJobState.SUCCEEDED);
    assertThat(profiles.page("digits", 1, 0, 10))
        .singleElement()
        .satisfies(
            stored -> {
              assertThat(stored.by()).isEqualTo("cam-1");
              assertThat(stored.profile().deviceClass()).isEqualTo("gate");
              assertThat(stored.profile().machine()).containsEntry("provider", "CPU");
            });
    assertThat(profiles.recommendations("digits", 1))
        .containsExactly(Map.entry("gate", new Recommendation("gate", 2, POINT, 1, 9)));
    assertThat(events.page(0, 10))
        .extracting(LoggedEvent::type)
        .containsExactly("io.flotilla.model.profiled");
  }

  @Test
  void theLastProfileOfAClassRecommends() {
    for (int i = 0; i < 2; i++) {
      ProfileJob job = create(on("cam-1"));
      report("cam-1", succeeded(job));
    }
    assertThat(profiles.page("digits", 1, 1, 10)).hasSize(1);
    assertThat(profiles.recommendations("digits", 1).get("gate"))
        .extracting(Recommendation::profile)
        .isEqualTo(2L);
  }

  @Test
  void aClassMeansADeviceThatIsThere() {
    ProfileJob job =
        create(new ProfileJobs.Wish(Optional.empty(), Optional.of("gate"), List.of(1), 2_000));
    assertThat(job.command().deviceId()).isEqualTo("cam-2");
    assertThat(job.command().threads()).containsExactly(1);
    refused(
        ErrorCode.DEVICE_NOT_FOUND,
        () ->
            create(new ProfileJobs.Wish(Optional.empty(), Optional.of("none"), List.of(), 2_000)));
  }

  @Test
  void aCommandGoesOutAgainUntilTheDeviceBegins() {
    ProfileJob job = create(on("cam-1"));
    hello("cam-1");
    hello("cam-2");
    assertThat(sent).containsExactly(job.command(), job.command());
    report("cam-1", ProfileReport.running(job.command(), 5));
    hello("cam-1");
    assertThat(sent).hasSize(2);
  }

  @Test
  void aJobFailsWhenItsTimeIsOverAndMayStillSucceed() {
    ProfileJob job = create(on("cam-1"));
    tick(NOW + ProfileJobs.LIFETIME_MILLIS - 1);
    assertThat(state(job)).isEqualTo(ProfileJobState.WAITING);
    tick(NOW + ProfileJobs.LIFETIME_MILLIS);
    assertThat(stored(job).failure())
        .map(Progress.Failure::code)
        .contains(ErrorCode.PROFILE_FAILED.name());
    tick(NOW + ProfileJobs.LIFETIME_MILLIS + 1);

    report("cam-1", succeeded(job));
    assertThat(state(job)).isEqualTo(ProfileJobState.SUCCEEDED);
  }

  @Test
  void aDevicesOwnFailureIsKept() {
    ProfileJob job = create(on("cam-1"));
    report(
        "cam-1",
        ProfileReport.failed(job.command(), new Progress.Failure("NO_MODEL", "not here"), 5));
    assertThat(stored(job).failure()).contains(new Progress.Failure("NO_MODEL", "not here"));
    assertThat(create(on("cam-1")).id()).isNotEqualTo(job.id());
  }

  @Test
  void anIdDoesNotComeAgainAfterTheRecordsWereSetBack() {
    NavigableMap<String, byte[]> backup = store.backup();
    String forgotten = create(on("cam-1")).id();
    store.restore(backup);
    String again =
        new BatchRunner(store)
            .decide(
                tx -> jobs.create(tx, new VersionPath("digits", 1), on("cam-1"), Reason.NONE, NOW))
            .id();

    assertThat(List.of(forgotten, again))
        .allSatisfy(id -> assertThat(id).matches("profile-000001-[0-9a-f]{8}"))
        .doesNotHaveDuplicates();
  }

  @Test
  void oneJobAtATimePerDevice() {
    ProfileJob job = create(on("cam-1"));
    refused(ErrorCode.CONFLICT, () -> create(on("cam-1")));
    assertThat(create(on("cam-2")).id()).isNotEqualTo(job.id());
  }

  @Test
  void onlyTheDeviceThatWasAskedAnswers() {
    ProfileJob job = create(on("cam-1"));
    refused(ErrorCode.PROFILE_NOT_FOUND, () -> report("cam-2", succeeded(job)));
    VersionRef other = new VersionRef("digits", 2, "00".repeat(32));
    refused(
        ErrorCode.PROFILE_NOT_FOUND,
        () ->
            report(
                "cam-1",
                new ProfileReport(
                    1,
                    job.id(),
                    other,
                    ProfileReport.State.RUNNING,
                    Optional.empty(),
                    Optional.empty(),
                    5)));
    assertThat(state(job)).isEqualTo(ProfileJobState.WAITING);
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    refused(ErrorCode.DEVICE_NOT_FOUND, () -> create(on("cam-9")));
    refused(
        ErrorCode.VERSION_NOT_FOUND,
        () ->
            runner.decide(
                tx ->
                    jobs.create(tx, new VersionPath("digits", 7), on("cam-1"), Reason.NONE, NOW)));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new ProfileJobs.Wish(Optional.empty(), Optional.empty(), List.of(), 2_000));
    refused(
        ErrorCode.INPUT_INVALID,
        () ->
            create(
                new ProfileJobs.Wish(Optional.of("cam-1"), Optional.empty(), List.of(0), 2_000)));
    assertThat(sent).isEmpty();
  }

  @Test
  void aMalformedProfileIsRefused() {
    Map<String, Object> facts = Map.of("nested", List.of(1));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new NewProfile("gate", facts, List.of(POINT), 2, 1, Optional.empty()));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new NewProfile("gate", Map.of(), List.of(POINT), 3, 1, Optional.empty()));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new NewProfile("gate", Map.of(), List.of(), 2, 1, Optional.empty()));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new NewProfile("gate", Map.of(), List.of(POINT, POINT), 2, 1, Optional.empty()));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new NewProfile("a b", Map.of(), List.of(POINT), 2, 1, Optional.empty()));
  }

  private static ProfileJobs.Wish on(String device) {
    return new ProfileJobs.Wish(Optional.of(device), Optional.empty(), List.of(), 60_000);
  }

  private static ProfileReport succeeded(ProfileJob job) {
    return ProfileReport.succeeded(
        job.command(), new ProfileReport.Figures("CPU", false, "amd64", 4, List.of(POINT), 2), 9);
  }

  private ProfileJob create(ProfileJobs.Wish wish) {
    return runner.decide(tx -> jobs.create(tx, PATH, wish, Reason.NONE, NOW));
  }

  private void report(String device, ProfileReport report) {
    runner.decide(
        tx -> {
          jobs.report(tx, device, report, NOW + 1);
          return true;
        });
  }

  private void hello(String device) {
    runner.decide(
        tx -> {
          jobs.hello(tx, device);
          return true;
        });
  }

  private void tick(long nowMs) {
    runner.decide(
        tx -> {
          jobs.tick(tx, nowMs);
          return true;
        });
  }

  private ProfileJob stored(ProfileJob job) {
    return new StoredRecords(store).get(ProfileJobs.JOBS, job.id()).orElseThrow();
  }

  private ProfileJobState state(ProfileJob job) {
    return stored(job).state();
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
