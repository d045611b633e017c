package io.flotilla.cli.bundles;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.InspectedBundle;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.trust.TrustFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla bundle}: the signed content of a model version. */
@Command(
    name = "bundle",
    description =
        "Make, inspect, sign, verify and compare bundles: the signed content of model versions.",
    subcommands = {BundleCreateCommand.class, BundleDiffCommand.class},
    footer = {"Example:", "  flotilla bundle inspect digits.tar"})
public final class BundleCommand extends CommandGroup {
  /** The group on this terminal. */
  public BundleCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "inspect",
      description = {
        "Say what a bundle claims: model, inputs, outputs, files, lineage.",
        "Nothing of it is verified; for that see 'bundle verify'."
      },
      footer = {"Example:", "  flotilla bundle inspect digits.tar"})
  int inspect(
      @Mixin Console console,
      @Parameters(paramLabel = "BUNDLE", description = "Folder or archive.") Path bundle)
      throws IOException {
    try (OpenBundle open = OpenBundle.open(bundle)) {
      InspectedBundle inspected = BundleVerifier.inspect(open.directory());
      console.show(BundleText.json(inspected), j -> BundleText.describe(inspected));
    }
    return 0;
  }

  @Command(
      name = "sign",
      description = "Sign a bundle with a publisher's key, in place.",
      footer = {"Example:", "  flotilla bundle sign --key trust/keys/lab-key.pem digits.tar"})
  int sign(
      @Mixin Console console,
      @Parameters(paramLabel = "BUNDLE", description = "Folder or archive.") Path bundle,
      @Option(
              names = "--key",
              required = true,
              paramLabel = "FILE",
              description = "The publisher's private key, PEM, mode 600.")
          Path keyFile)
      throws IOException {
    SigningKey key = SigningKey.load(keyFile);
    try (OpenBundle open = OpenBundle.open(bundle)) {
      Digest digest = BundleSigner.sign(open.directory(), key);
      open.save();
      Json json =
          Json.object()
              .put("bundle", bundle.toString())
              .put("digest", digest.toString())
              .put("keyId", key.verifyingKey().keyId());
      console.show(json, j -> "signed %s, %s".formatted(bundle, digest));
    }
    return 0;
  }

  @Command(
      name = "verify",
      description = {
        "Verify a bundle as a device does: signature, publisher's authority, every file.",
        "Status 3 if it is not to be trusted, 4 if it is damaged."
      },
      footer = {"Example:", "  flotilla bundle verify --trust trust digits.tar"})
  int verify(
      @Mixin Console console,
      @Parameters(paramLabel = "BUNDLE", description = "Folder or archive.") Path bundle,
      @Option(
              names = "--trust",
              required = true,
              paramLabel = "DIR",
              description = "Folder with trust.json and root.pem.")
          Path trust,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              description = "The model it must be; default: the one it says it is.")
          Optional<String> name)
      throws IOException {
    try (OpenBundle open = OpenBundle.open(bundle)) {
      VerifiedBundle verified = verified(open, trust, name, console);
      Json json =
          Json.object()
              .put("bundle", bundle.toString())
              .put("name", verified.manifest().name())
              .put("digest", verified.digest().toString())
              .put("publisher", verified.publisher());
      console.show(
          json,
          j ->
              "%s is model %s, signed by publisher %s, %s"
                  .formatted(
                      bundle, verified.manifest().name(), verified.publisher(), verified.digest()));
    }
    return 0;
  }

  /**
   * Verifies an open bundle against a trust folder.
   *
   * @param name the model it must be; the one it says it is if empty
   */
  public static VerifiedBundle verified(
      OpenBundle open, Path trust, Optional<String> name, Console console) throws IOException {
    TrustPolicy policy = new TrustFolder(trust).load(console.clock().instant());
    String expected =
        name.isPresent() ? name.get() : BundleVerifier.inspect(open.directory()).manifest().name();
    return BundleVerifier.verify(open.directory(), policy, expected, console.clock().instant());
  }
}
