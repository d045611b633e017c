package io.flotilla.controller.access;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.regex.Pattern;

/**
 * A role, and where it counts. Reading is not narrowed: whoever may read sees the whole tenant.
 *
 * @param role what its holder is
 * @param models which models it is about: a name in which {@code *} stands for any characters
 * @param devices which devices it is about: a selector, {@code *} for all
 */
public record Grant(Role role, String models, String devices) {
  /** Stands for all models, or all devices. */
  public static final String ALL = "*";

  private static final Pattern MODELS = Pattern.compile("[a-z0-9.*_-]{1,64}");
  private static final int MAX_SELECTOR = 1024;

  /**
   * Checks the form of the model pattern; the selector's is for whoever understands selectors.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public Grant {
    if (!MODELS.matcher(models).matches()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a grant's models are 1 to 64 of a-z 0-9 . _ - and *");
    }
    if (devices.isEmpty() || devices.length() > MAX_SELECTOR) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a grant's devices are a selector, * for all");
    }
  }

  /** A role that counts everywhere. */
  public static Grant everywhere(Role role) {
    return new Grant(role, ALL, ALL);
  }

  /** Whether it is about this model. */
  public boolean covers(String model) {
    return matches(models, model);
  }

  /** Two pointers and one way back: linear in the name for each star, whatever the pattern. */
  private static boolean matches(String pattern, String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int mark = 0;
    while (in < name.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        mark = in;
      } else if (at < pattern.length() && pattern.charAt(at) == name.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) {
        at = star + 1;
        in = ++mark;
      } else {
        return false;
      }
    }
    return pattern.substring(at).chars().allMatch(c -> c == '*');
  }
}
