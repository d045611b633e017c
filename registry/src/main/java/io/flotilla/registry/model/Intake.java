package io.flotilla.registry.model;

import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.ArchivedBundle;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.InspectedBundle;
import io.flotilla.bundle.signing.VerifiedArchive;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.blob.Onlooker;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes bundles in: reads each once, verifies it where it lies, has it inspected. Thread-safe. */
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final int MAX_FILES = 1000;
  private static final String TESTS = "tests/";

  private final BlobStore blobs;
  private final Clock clock;
  private final RegistrationPolicy policy;

  Intake(BlobStore blobs, Clock clock, RegistrationPolicy policy) {
    this.blobs = blobs;
    this.clock = clock;
    this.policy = policy;
  }

  /** Brings an archive to the disk, showing it to others on the way. */
  @FunctionalInterface
  interface Staging {
    BlobStore.Staged stage(long maxBytes, List<Onlooker> onlookers);
  }

  Prepared prepare(RegistrationRequest request, Staging staging) {
    ArchiveReading reading = new ArchiveReading(limits());
    BlobStore.Staged staged = staging.stage(policy.maxArchiveBytes(), reading.onlookers());
    boolean done = false;
    try {
      ArchivedBundle bundle = new ArchivedBundle(staged.file(), reading.index());
      Checked checked = check(request.model(), bundle);
      Optional<Inspection> inspection = inspect(bundle, checked);
      Prepared prepared = new Prepared(request, staged, reading.chunks(), checked, inspection);
      done = true;
      return prepared;
    } finally {
      if (!done) {
        staged.close();
      }
    }
  }

  ArchiveLimits limits() {
    return new ArchiveLimits(policy.maxArchiveBytes(), policy.maxArchiveBytes(), MAX_FILES);
  }

  private Checked check(String model, ArchivedBundle bundle) {
    try {
      VerifiedArchive verified =
          BundleVerifier.verify(bundle, policy.trust().get(), model, clock.instant());
      return new Checked(
          verified.digest(),
          verified.manifest(),
          Optional.of(verified.publisher()),
          Optional.empty());
    } catch (FlotillaException e) {
      if (!policy.acceptUnverified() || e.code() == ErrorCode.MANIFEST_INVALID) {
        throw e;
      }
      LOG.warn("drill mode: a bundle of {} is registered unverified: {}", model, e.getMessage());
      return unverified(model, bundle, e.code());
    }
  }

  /** The digest is that of the content and not the claimed one, which may be another bundle's. */
  private static Checked unverified(String model, ArchivedBundle bundle, ErrorCode refusal) {
    InspectedBundle inspected = BundleVerifier.inspect(bundle);
    if (!inspected.manifest().name().equals(model)) {
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID,
          "the bundle is of model %s, not %s".formatted(inspected.manifest().name(), model));
    }
    return new Checked(
        inspected.digest(), inspected.manifest(), Optional.empty(), Optional.of(refusal));
  }

  private Optional<Inspection> inspect(ArchivedBundle bundle, Checked checked) {
    if (!checked.verified() || policy.inspector().equals(BundleInspector.NONE)) {
      return Optional.empty();
    }
    try (BlobStore.Scratch scratch = blobs.scratch()) {
      bundle.extract(Intake::isInspected, scratch.path());
      return Optional.of(policy.inspector().inspect(scratch.path(), checked.manifest()));
    }
  }

  private static boolean isInspected(String path) {
    return path.equals(BundlePaths.MANIFEST)
        || path.startsWith(BundlePaths.MODELS)
        || path.startsWith(TESTS);
  }
}
