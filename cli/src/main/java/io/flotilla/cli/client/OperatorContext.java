package io.flotilla.cli.client;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.files.SmallFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which controller to talk to and as whom: the content of {@code operator.json}, which a controller
 * writes into its data folder, readable by its owner only.
 *
 * @param url where the API listens, such as {@code https://127.0.0.1:8443}
 * @param token the operator's bearer token; never printed
 * @param ca the certificate authority to trust, a PEM file
 */
public record OperatorContext(URI url, String token, Path ca) {
  /** Names the context file where {@code --context} is not given. */
  public static final String VARIABLE = "FLOTILLA_CONTEXT";

  /** The context file where neither the option nor the variable is given. */
  public static final Path DEFAULT_FILE = Path.of("flotilla-data", "controller", "operator.json");

  /**
   * Reads the context a command was asked to use.
   *
   * @param option the file, or the controller's data folder that holds it
   * @param variables the process's environment
   * @throws FlotillaException {@code FILE_MISSING} if there is no such file, {@code
   *     CONFIGURATION_INVALID} if it is not a context
   */
  public static OperatorContext find(Optional<Path> option, Map<String, String> variables) {
    Path named =
        option
            .or(() -> Optional.ofNullable(variables.get(VARIABLE)).map(Path::of))
            .orElse(DEFAULT_FILE);
    return read(Files.isDirectory(named) ? named.resolve("operator.json") : named);
  }

  /** Reads one context file; see {@link #find}. */
  public static OperatorContext read(Path file) {
    if (!Files.isReadable(file)) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING,
          "there is no readable context file %s; name one with --context or %s"
              .formatted(file, VARIABLE));
    }
    try {
      Json json = context(file);
      String url = json.get("url").asText();
      String token = json.get("token").asText();
      String ca = json.get("ca").asText();
      if (!url.startsWith("https://") || token.isEmpty() || ca.isEmpty()) {
        throw new FlotillaException(
            ErrorCode.CONFIGURATION_INVALID,
            file + " is not a context file: it needs an https url, a token and a ca");
      }
      return new OperatorContext(URI.create(url), token, file.resolveSibling(ca));
    } catch (IllegalArgumentException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, file + " names a url that is none", e);
    }
  }

  private static Json context(Path file) {
    try {
      return Json.parse(SmallFile.text(file));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          e.code(), "%s is not a context file: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "OperatorContext[" + url + "]";
  }
}
