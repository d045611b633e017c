package io.flotilla.agent.deployment;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Turns fetched bytes into verified content in a slot. The publisher's word (the signature, under
 * the owner's policy) and the controller's word (the digests in the assignment) must agree.
 */
public final class ContentVerifier {
  private final Slots slots;
  private final TrustFolder trust;

  /** A verifier for these slots. */
  public ContentVerifier(Slots slots, TrustFolder trust) {
    this.slots = slots;
    this.trust = trust;
  }

  /**
   * Gets an assignment's content verified into its slot, from the slot itself or from the archive.
   *
   * @return empty if neither is there, or the slot was damaged and had to go
   * @throws FlotillaException why the content is refused; see {@link BundleVerifier#verify} and
   *     {@link BundleArchive#unpack}, and {@code BUNDLE_DIGEST_MISMATCH} if it is not what was
   *     assigned
   */
  public Optional<VerifiedBundle> verify(Assignment assignment, Instant now) {
    Digest bundle = Digest.parse(assignment.target().bundle());
    if (slots.present(bundle)) {
      try {
        return Optional.of(verifySlot(assignment.target(), now));
      } catch (FlotillaException e) {
        if (!damaged(e.code())) {
          throw e;
        }
        AgentFiles.delete(slots.slot(bundle));
      }
    }
    Path archive = ArchiveFetch.archiveIn(slots.fetch(bundle));
    return Files.exists(archive) ? Optional.of(stage(assignment, archive, now)) : Optional.empty();
  }

  /**
   * Verifies what lies in a version's slot.
   *
   * @param at when the trust policy must be valid: the present for a new version, the time of its
   *     commitment for a committed one, which an expiry must not take out of service
   * @throws FlotillaException as for {@link #verify}
   */
  public VerifiedBundle verifySlot(VersionRef version, Instant at) {
    return verifyFolder(slots.slot(Digest.parse(version.bundle())), version, at);
  }

  private VerifiedBundle stage(Assignment assignment, Path archive, Instant now) {
    Digest bundle = Digest.parse(assignment.target().bundle());
    requireDigest("archive", digestOf(archive), Digest.parse(assignment.archive().digest()));
    Path incoming = slots.incoming(bundle);
    AgentFiles.delete(incoming);
    BundleArchive.unpack(archive, incoming, ArchiveLimits.DEFAULT);
    try {
      VerifiedBundle verified = verifyFolder(incoming, assignment.target(), now);
      Path slot = slots.slot(bundle);
      AgentFiles.moveIntoPlace(incoming, slot);
      slots.dropTransfer(bundle);
      return new VerifiedBundle(slot, verified.digest(), verified.manifest(), verified.publisher());
    } catch (FlotillaException e) {
      AgentFiles.delete(incoming);
      throw e;
    }
  }

  private VerifiedBundle verifyFolder(Path folder, VersionRef version, Instant at) {
    VerifiedBundle verified = BundleVerifier.verify(folder, trust.policy(at), version.model(), at);
    requireDigest("bundle", verified.digest(), Digest.parse(version.bundle()));
    return verified;
  }

  /** Whether content that was verified once is now another: the disk's fault, so fetch again. */
  private static boolean damaged(ErrorCode code) {
    return switch (code) {
      case BUNDLE_DIGEST_MISMATCH,
          BUNDLE_PATH_UNSAFE,
          BUNDLE_TOO_LARGE,
          SIGNATURE_MISSING,
          SIGNATURE_INVALID,
          MANIFEST_INVALID,
          FILE_MISSING ->
          true;
      default -> false;
    };
  }

  private static Digest digestOf(Path archive) {
    try {
      return Digest.ofFile(archive);
    } catch (IOException e) {
      throw StorageFailures.of("read " + archive, e);
    }
  }

  private static void requireDigest(String what, Digest actual, Digest assigned) {
    if (!actual.equals(assigned)) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_DIGEST_MISMATCH,
          "the %s has digest %s, the assignment says %s"
              .formatted(what, actual.abbreviated(), assigned.abbreviated()));
    }
  }
}
