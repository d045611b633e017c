package io.flotilla.cli.score;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.Terminal;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model is to be scored with, and how it is found and trusted. */
final class SourceOptions {
  @Mixin private final Api api;

  @Parameters(
      paramLabel = "SOURCE",
      description = {
        "A bundle (folder or archive), an ONNX file, a folder of them, a bundle.yaml, or a",
        "registered version such as digits:3 or digits@champion."
      })
  private String source = "";

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "Verify the bundle against this trust folder first, as a device does.")
  private @Nullable Path trust;

  SourceOptions(Terminal terminal) {
    this.api = new Api(terminal);
  }

  String source() {
    return source;
  }

  Api api() {
    return api;
  }

  Optional<Path> trust() {
    return Optional.ofNullable(trust);
  }

  /** Files that are no bundle have no signature that could be verified. */
  void requireNoTrust(Path path) {
    if (trust != null) {
      throw new FlotillaException(
          ErrorCode.SIGNATURE_MISSING,
          "%s is no bundle and has no signature: leave --trust out".formatted(path));
    }
  }
}
