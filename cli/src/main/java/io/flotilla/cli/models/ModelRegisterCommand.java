package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.bundles.BundleMaker;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.MadeBundle;
import io.flotilla.cli.bundles.ModelOptions;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Terminal;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla model register}. */
@Command(
    name = "register",
    description = {
      "Register the next version of a model.",
      "Either a signed bundle, or in one go an ONNX file, of which a bundle is made and signed here.",
      "The same bundle again is the same version."
    },
    footer = {
      "Example:",
      "  flotilla model register --bundle digits.tar --tag team=lab",
      "  flotilla model register --model model.onnx --name digits \\",
      "    --publisher-key trust/keys/lab-key.pem"
    })
public final class ModelRegisterCommand extends CommandGroup implements Callable<Integer> {
  private static final String OCTETS = "application/octet-stream";

  @Mixin private final Api api;

  @Option(
      names = "--bundle",
      paramLabel = "BUNDLE",
      description = "A signed bundle, folder or archive.")
  private @Nullable Path bundle;

  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--publisher-key",
      paramLabel = "FILE",
      description = "With --model: the private key to sign with, PEM, mode 600.")
  private @Nullable Path publisherKey;

  @Option(
      names = "--tag",
      paramLabel = "KEY=VALUE",
      description = "A tag of the version; repeatable.")
  private @Nullable List<String> tags;

  /** The command on this terminal. */
  public ModelRegisterCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException {
    if ((bundle == null) != model.isGiven()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "give either --bundle, or --model with --name");
    }
    Map<String, String> tagged = KeyValues.parse(tags);
    try (ApiClient client = api.open()) {
      if (bundle != null) {
        register(client, bundle, tagged);
      } else {
        makeAndRegister(client, tagged);
      }
    }
    return 0;
  }

  private void makeAndRegister(ApiClient client, Map<String, String> tagged) throws IOException {
    if (publisherKey == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "--model needs --publisher-key, since only signed bundles are registered");
    }
    SigningKey key = SigningKey.load(publisherKey);
    Path work = Files.createTempDirectory("flotilla-register-");
    try {
      Path directory = work.resolve("bundle");
      MadeBundle made = new BundleMaker(OnnxAccelerators.cpu()).make(model.draft(), directory);
      BundleSigner.sign(directory, key);
      console()
          .say("%d golden cases, %s".formatted(made.goldenCases(), made.goldenOrigin().meaning()));
      register(client, directory, tagged);
    } finally {
      Folders.delete(work);
    }
  }

  private void register(ApiClient client, Path from, Map<String, String> tagged)
      throws IOException {
    Path work = Files.createTempDirectory("flotilla-upload-");
    try (OpenBundle open = OpenBundle.open(from)) {
      String name = BundleVerifier.inspect(open.directory()).manifest().name();
      ApiPath path = ApiPath.of("models", name, "versions");
      for (Map.Entry<String, String> tag : tagged.entrySet()) {
        path = path.query("tag", tag.getKey() + "=" + tag.getValue());
      }
      Path archive = work.resolve("bundle.tar");
      open.pack(archive);
      Json version = client.upload(path.toString(), OCTETS, archive);
      console()
          .show(
              version,
              v -> "registered %s, bundle %s".formatted(ModelCommand.name(v), v.text("bundle")));
    } finally {
      Folders.delete(work);
    }
  }
}
