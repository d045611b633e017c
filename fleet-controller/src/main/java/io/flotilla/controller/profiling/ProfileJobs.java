package io.flotilla.controller.profiling;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.catalog.RegistryCatalog;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.environment.Machines;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.model.ModelRegistry;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Lets devices measure the versions that they run. A job waits for its device to connect, goes out
 * again with every hello until the device says that it began, and fails once its time is over. Core
 * thread only.
 */
public final class ProfileJobs {
  /** How long a device has from the job's creation to its last word: one hour. */
  public static final long LIFETIME_MILLIS = TimeUnit.HOURS.toMillis(1);

  /** Most jobs that are open at once. */
  public static final int MAX_OPEN = 1000;

  static final Table<ProfileJob> JOBS = Table.of("profile-job", ProfileJob.class);

  private static final Table<Open> OPEN = Table.cached("profile-job-open", Open.class);
  private static final Table<Counter> COUNTER = Table.cached("profile-job-counter", Counter.class);
  private static final String LAST = "last";
  private static final int SCHEMA = 1;

  private final Naming naming;
  private final ModelRegistry models;
  private final DeviceDirectory devices;
  private final Profiles profiles;
  private final ProfileCommands commands;

  /** Jobs for the devices of a tenant. */
  public ProfileJobs(
      Naming naming,
      ModelRegistry models,
      DeviceDirectory devices,
      Profiles profiles,
      ProfileCommands commands) {
    this.naming = naming;
    this.models = models;
    this.devices = devices;
    this.profiles = profiles;
    this.commands = commands;
  }

  /**
   * How jobs are named. Devices obey each id once and remember it, so that a controller which was
   * set back to an older copy, and counts from there again, must not come to the same ids.
   *
   * @param tenant whose devices the jobs are for
   * @param random for the end of each id, 32 bits
   */
  public record Naming(String tenant, RandomGenerator random) {
    String id(long number) {
      return String.format(Locale.ROOT, "profile-%06d-%08x", number, random.nextInt());
    }
  }

  /**
   * Marks a job whose last word is still to come.
   *
   * @param expiresAtMs Unix time in milliseconds at which it has taken too long
   */
  private record Open(String device, long expiresAtMs) {}

  private record Counter(long last) {}

  /**
   * What is to be measured, and where.
   *
   * @param device a device's id; one of the two
   * @param deviceClass any device of this class that runs the version, one that is connected if
   *     there is one; see {@link Machines#deviceClass}
   * @param threads numbers of threads to try; none: 1, 2, 4 … up to the device's processors
   * @param budgetMs most time for measuring, in milliseconds
   */
  record Wish(
      Optional<String> device, Optional<String> deviceClass, List<Integer> threads, long budgetMs) {
    Wish {
      threads = List.copyOf(threads);
      if (device.isPresent() == deviceClass.isPresent()) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "a profile job has either a device or a deviceClass");
      }
    }
  }

  /**
   * Begins a job.
   *
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}; {@code
   *     DEVICE_NOT_FOUND} if there is no such device, it is shut out, or none of the class runs the
   *     version; {@code INPUT_INVALID} if threads or budget are out of range; {@code CONFLICT} if
   *     the device has an open job, or {@link #MAX_OPEN} are open
   */
  ProfileJob create(Transaction tx, VersionPath path, Wish wish, Reason reason, long nowMs) {
    VersionRef version =
        RegistryCatalog.ref(models.require(tx.records(), path.model(), path.version()));
    String device = device(wish, version);
    List<Table.Row<Open>> open = tx.scan(OPEN, "", "", MAX_OPEN);
    if (open.size() == MAX_OPEN
        || open.stream().anyMatch(job -> job.value().device().equals(device))) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s measures something already, or %d jobs are open: try again when one has ended"
              .formatted(device, MAX_OPEN));
    }
    long number = tx.get(COUNTER, LAST).map(Counter::last).orElse(0L) + 1;
    ProfileJob job =
        ProfileJob.waiting(
            new ProfileCommand(
                SCHEMA,
                naming.tenant(),
                device,
                naming.id(number),
                version,
                new Assignment.Validity(nowMs, nowMs + LIFETIME_MILLIS),
                wish.threads(),
                wish.budgetMs()));
    tx.put(COUNTER, LAST, new Counter(number));
    put(tx, job);
    tx.audit(
        reason.action(
            "model.profile.start", "model/" + version, Map.of("job", job.id(), "device", device)));
    tx.then(() -> commands.send(job.command()));
    return job;
  }

  private String device(Wish wish, VersionRef version) {
    DeviceScope scope = DeviceScope.of(Permission.COMMAND, version.model());
    wish.device().flatMap(devices::find).ifPresent(scope::require);
    return devices.select(Selector.ALL).stream()
        .filter(device -> device.identity().admitted())
        .filter(scope::covers)
        .filter(
            device ->
                wish.device().map(device.id()::equals).orElseGet(() -> fits(device, wish, version)))
        .max(Comparator.comparing(DeviceRecord::online))
        .map(DeviceRecord::id)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.DEVICE_NOT_FOUND,
                    wish.device().isPresent()
                        ? "no device of that id is enrolled"
                        : "no device of that class runs %s".formatted(version)));
  }

  private static boolean fits(DeviceRecord device, Wish wish, VersionRef version) {
    return Machines.deviceClass(device).equals(wish.deviceClass())
        && device.running().equals(Optional.of(version));
  }

  /** A device connected: it may have missed its command. */
  public void hello(Transaction tx, String device) {
    for (Table.Row<Open> row : tx.scan(OPEN, "", "", MAX_OPEN)) {
      if (row.value().device().equals(device)) {
        tx.get(JOBS, row.id())
            .filter(job -> job.state() == ProfileJobState.WAITING)
            .ifPresent(job -> tx.then(() -> commands.send(job.command())));
      }
    }
  }

  /** Time passed. */
  public void tick(Transaction tx, long nowMs) {
    for (Table.Row<Open> row : tx.scan(OPEN, "", "", MAX_OPEN)) {
      if (row.value().expiresAtMs() <= nowMs) {
        tx.get(JOBS, row.id())
            .ifPresent(
                job ->
                    put(
                        tx,
                        job.failed(
                            failure(
                                "the device did not end it within %d minutes"
                                    .formatted(
                                        TimeUnit.MILLISECONDS.toMinutes(LIFETIME_MILLIS))))));
      }
    }
  }

  /**
   * A device told how far it is. What it says again, or after its last word, changes nothing.
   *
   * @throws FlotillaException {@code PROFILE_NOT_FOUND} if this is no job of this device and
   *     version
   */
  public void report(Transaction tx, String device, ProfileReport report, long nowMs) {
    ProfileJob job =
        tx.get(JOBS, report.job())
            .filter(known -> known.command().deviceId().equals(device))
            .filter(known -> known.command().version().equals(report.version()))
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.PROFILE_NOT_FOUND,
                        device + " reports a profile job that nobody asked for"));
    ProfileJobState said = ProfileJobState.valueOf(report.state().name());
    if (!job.state().next().contains(said)) {
      return;
    }
    put(
        tx,
        switch (report.state()) {
          case RUNNING -> job.running();
          case SUCCEEDED -> stored(tx, job, report, nowMs);
          case FAILED -> job.failed(report.failure().orElseThrow());
        });
  }

  private ProfileJob stored(Transaction tx, ProfileJob job, ProfileReport report, long nowMs) {
    VersionRef version = report.version();
    if (models.find(tx.records(), version.model(), version.version()).isEmpty()) {
      return job.failed(failure("%s was deleted meanwhile".formatted(version)));
    }
    DeviceRecord device = devices.require(tx, job.command().deviceId());
    ProfileReport.Figures figures = report.figures().orElseThrow();
    Map<String, Object> machine = new TreeMap<>();
    machine.put("device", device.id());
    machine.put("provider", figures.provider());
    machine.put("simulated", figures.simulated());
    machine.put("architecture", figures.architecture());
    machine.put("cpuCount", figures.cpuCount());
    device.hardware().ifPresent(facts -> machine.put("runtimeVersion", facts.runtimeVersion()));
    NewProfile profile =
        new NewProfile(
            Machines.deviceClass(device).orElse(figures.architecture() + "-" + figures.provider()),
            machine,
            figures.points(),
            figures.recommendedThreads(),
            report.atMs(),
            Optional.empty());
    StoredProfile stored =
        profiles.add(
            tx, new VersionPath(version.model(), version.version()), profile, device.id(), nowMs);
    return job.succeeded(stored.number());
  }

  private static void put(Transaction tx, ProfileJob job) {
    tx.put(JOBS, job.id(), job);
    if (job.state().open()) {
      tx.put(
          OPEN,
          job.id(),
          new Open(job.command().deviceId(), job.command().validity().expiresAtMs()));
    } else {
      tx.delete(OPEN, job.id());
    }
  }

  private static Progress.Failure failure(String detail) {
    return new Progress.Failure(ErrorCode.PROFILE_FAILED.name(), detail);
  }
}
