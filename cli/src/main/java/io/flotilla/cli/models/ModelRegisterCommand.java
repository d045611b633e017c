package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.bundles.BundleMaker;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.MadeBundle;
import io.flotilla.cli.bundles.ModelOptions;
import io.flotilla.cli.bundles.ModelSource;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model register}. */
@Command(
    name = "register",
    description = {
      "Register the next version of a model.",
      "From a bundle (folder or archive), or in one go from an ONNX file, a folder of ONNX files or a",
      "bundle.yaml, of which a bundle is made and signed here. The same content again is the same",
      "version."
    },
    footer = {
      "Example:",
      "  flotilla model register digits.tar --tag team=lab --reason 'monthly retraining'",
      "  flotilla model register model.onnx --name digits --publisher-key trust/keys/lab-key.pem",
      "  cat model.onnx | flotilla model register - --name digits --publisher-key lab-key.pem"
    })
public final class ModelRegisterCommand extends CommandGroup implements Callable<Integer> {
  private static final String OCTETS = "application/octet-stream";

  @Mixin private final Api api;

  @Parameters(
      paramLabel = "SOURCE",
      description = {
        "A bundle (folder or .tar), an ONNX file, a folder of them, a bundle.yaml,",
        "or - for a bundle archive or ONNX file on standard input."
      })
  private String source = "";

  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--publisher-key",
      paramLabel = "FILE",
      description = "The private key to sign with, PEM, mode 600; not for a signed bundle.")
  private @Nullable Path publisherKey;

  @Mixin private final RegistrationOptions registration = new RegistrationOptions();

  /** The command on this terminal. */
  public ModelRegisterCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException {
    Path work = Files.createTempDirectory("flotilla-register-");
    try (ApiClient client = api.open()) {
      Path path =
          source.equals("-")
              ? ModelSource.take(console().terminal().in(), work.resolve("input"))
              : Path.of(source);
      switch (ModelSource.of(path)) {
        case ModelSource.Bundle bundle -> registerBundle(client, bundle.path(), work);
        case ModelSource.Loose loose -> makeAndRegister(client, loose, work);
        case ModelSource.Described described -> makeAndRegister(client, described, work);
      }
    } finally {
      Folders.delete(work);
    }
    return 0;
  }

  private void registerBundle(ApiClient client, Path bundle, Path work) throws IOException {
    try (OpenBundle open = OpenBundle.open(bundle)) {
      boolean signed = Files.isRegularFile(open.directory().resolve(BundlePaths.SIGNATURE));
      if (publisherKey == null) {
        register(client, open.directory(), work);
        return;
      }
      if (signed) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "%s is signed already: leave --publisher-key out".formatted(bundle));
      }
      Path copy = work.resolve("bundle");
      Folders.copy(open.directory(), copy);
      BundleSigner.sign(copy, key());
      register(client, copy, work);
    }
  }

  private void makeAndRegister(ApiClient client, ModelSource from, Path work) throws IOException {
    SigningKey key = key();
    Path directory = work.resolve("bundle");
    MadeBundle made = new BundleMaker(OnnxAccelerators.cpu()).make(model.draft(from), directory);
    BundleSigner.sign(directory, key);
    console()
        .say("%d golden cases, %s".formatted(made.goldenCases(), made.goldenOrigin().meaning()));
    register(client, directory, work);
  }

  private SigningKey key() {
    if (publisherKey == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "this needs --publisher-key, since only signed bundles are registered");
    }
    return SigningKey.load(publisherKey);
  }

  private void register(ApiClient client, Path directory, Path work) {
    Manifest manifest = BundleVerifier.inspect(directory).manifest();
    ApiPath path =
        registration.on(ApiPath.of("models", manifest.name(), "versions"), manifest.properties());
    Path archive = work.resolve("bundle.tar");
    OpenBundle.pack(directory, archive);
    Json version = client.upload(path.toString(), OCTETS, archive);
    console()
        .show(
            version,
            v -> "registered %s, bundle %s".formatted(ModelText.name(v), v.text("bundle")));
  }
}
