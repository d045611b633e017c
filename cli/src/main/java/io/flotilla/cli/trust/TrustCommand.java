package io.flotilla.cli.trust;

import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla trust}: who may publish which models. */
@Command(
    name = "trust",
    description = {
      "Who may publish which models: a policy that devices are given when they are installed.",
      "Devices need trust.json and root.pem only. Keep keys/ to yourself."
    },
    footer = {"Example:", "  flotilla trust init --out trust --publisher lab --models 'digits*'"})
public final class TrustCommand extends CommandGroup {
  /** The group on this terminal. */
  public TrustCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "init",
      description = {
        "Make a trust folder: a root key, a first publisher with its key, and the signed policy.",
        "Private keys go to keys/ with mode 600. Nothing is ever overwritten."
      },
      footer = {"Example:", "  flotilla trust init --out trust --publisher lab --models 'digits*'"})
  int init(
      @Mixin Console console,
      @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder.")
          Path out,
      @Mixin PublisherOptions publisher,
      @Option(
              names = "--days",
              defaultValue = "365",
              paramLabel = "N",
              description = "Days until the policy expires; default ${DEFAULT-VALUE}.")
          int days)
      throws IOException {
    TrustFolder folder = new TrustFolder(out);
    TrustPolicy policy =
        folder.create(
            publisher.name(),
            publisher.models(),
            console.clock().instant().plus(Duration.ofDays(days)));
    console.show(json(policy).put("directory", out.toString()), j -> text(policy));
    console.say("Publish with the key " + folder.publisherKeyFile(publisher.name()) + ".");
    console.say("Give devices trust.json and root.pem, never anything of keys/.");
    return 0;
  }

  @Command(
      name = "add-publisher",
      description = {
        "Add a publisher to the policy, whose version goes up by one.",
        "Without --public-key a key is made for it in keys/."
      },
      footer = {
        "Example:",
        "  flotilla trust add-publisher --dir trust --publisher acme --models 'vision-*'"
      })
  int addPublisher(
      @Mixin Console console,
      @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The folder.")
          Path dir,
      @Mixin PublisherOptions publisher,
      @Option(
              names = "--public-key",
              paramLabel = "FILE",
              description = "Its public key, PEM; the private one then stays where it is.")
          Optional<Path> publicKey)
      throws IOException {
    TrustFolder folder = new TrustFolder(dir);
    TrustPolicy policy;
    if (publicKey.isPresent()) {
      String pem = Files.readString(publicKey.get());
      policy = folder.add(publisher.name(), pem, publisher.models(), console.clock().instant());
    } else {
      SigningKey key = SigningKey.generate();
      // The key first: a policy that names a key nobody has could not be taken back.
      folder.load(console.clock().instant());
      key.save(folder.publisherKeyFile(publisher.name()));
      policy =
          folder.add(
              publisher.name(),
              key.verifyingKey().pem(),
              publisher.models(),
              console.clock().instant());
    }
    console.show(json(policy), j -> text(policy));
    return 0;
  }

  @Command(
      name = "show",
      description = "Verify a policy against its root and show it.",
      footer = {"Example:", "  flotilla trust show --dir trust"})
  int show(
      @Mixin Console console,
      @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The folder.")
          Path dir)
      throws IOException {
    TrustPolicy policy = new TrustFolder(dir).load(console.clock().instant());
    console.show(json(policy), j -> text(policy));
    return 0;
  }

  private static Json json(TrustPolicy policy) {
    Json publishers = Json.array();
    for (Publisher publisher : policy.publishers()) {
      publishers.add(
          Json.object()
              .put("name", publisher.name())
              .put("models", publisher.modelPatterns())
              .put("keyId", keyId(publisher)));
    }
    return Json.object()
        .put("version", policy.version())
        .put("expires", policy.expires().toString())
        .put("publishers", publishers);
  }

  private static String text(TrustPolicy policy) {
    Table table = new Table("PUBLISHER", "MODELS", "KEY");
    for (Publisher publisher : policy.publishers()) {
      table.row(
          publisher.name(),
          String.join(", ", publisher.modelPatterns()),
          keyId(publisher).substring(0, 12));
    }
    return "trust policy version %d, valid until %s%n%s"
        .formatted(policy.version(), policy.expires(), table);
  }

  private static String keyId(Publisher publisher) {
    return VerifyingKey.parsePem(publisher.keyPem()).keyId();
  }
}
