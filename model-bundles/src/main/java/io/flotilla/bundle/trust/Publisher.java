package io.flotilla.bundle.trust;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Someone who may sign bundles.
 *
 * @param name for people and logs, 1 to 64 characters
 * @param keyPem the public key, PEM
 * @param modelPatterns names of models it has authority over, 1 to 64: exact, as in {@code digits},
 *     or a beginning, as in {@code vision-*}
 */
public record Publisher(String name, String keyPem, List<String> modelPatterns) {
  private static final int MAX_NAME_CHARS = 64;
  private static final int MAX_PEM_CHARS = 1024;
  private static final int MAX_PATTERNS = 64;
  private static final Pattern FORM = Pattern.compile("[a-z0-9._-]{0,64}\\*?");

  /**
   * Checks sizes and patterns; the key itself is checked when the policy is signed or verified.
   *
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if a value is out of range
   */
  public Publisher {
    modelPatterns = List.copyOf(modelPatterns);
    require(
        !name.isBlank() && name.length() <= MAX_NAME_CHARS,
        "a publisher needs a name of 1 to " + MAX_NAME_CHARS + " characters");
    require(keyPem.length() <= MAX_PEM_CHARS, "the key of publisher " + name + " is too long");
    require(
        !modelPatterns.isEmpty() && modelPatterns.size() <= MAX_PATTERNS,
        "publisher %s needs 1 to %d patterns of model names".formatted(name, MAX_PATTERNS));
    for (String pattern : modelPatterns) {
      require(
          !pattern.isEmpty() && FORM.matcher(pattern).matches(),
          "\"%s\" of publisher %s is not a model name, with or without * at its end"
              .formatted(pattern, name));
    }
  }

  /** Whether it has authority over the model of this name. */
  public boolean mayPublish(String model) {
    return modelPatterns.stream().anyMatch(pattern -> matches(pattern, model));
  }

  private static boolean matches(String pattern, String model) {
    return pattern.endsWith("*")
        ? model.startsWith(pattern.substring(0, pattern.length() - 1))
        : model.equals(pattern);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.TRUST_POLICY_INVALID, sentence);
    }
  }
}
