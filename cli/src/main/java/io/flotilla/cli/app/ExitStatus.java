package io.flotilla.cli.app;

import io.flotilla.bundle.failure.ErrorClass;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How a command can end, as numbers; those of failures are the error classes' own. */
final class ExitStatus {
  static final int OK = 0;
  static final int BUG = 1;

  private ExitStatus() {}

  /** Status to meaning, in order, for help texts. */
  static Map<String, String> table() {
    Map<String, String> table = new LinkedHashMap<>();
    table.put(" " + OK, "it worked");
    table.put(" " + BUG, "a bug in flotilla");
    for (ErrorClass errorClass : ErrorClass.values()) {
      table.put(" " + errorClass.exitStatus(), meaning(errorClass));
    }
    return table;
  }

  /** The same on one line. */
  static String line() {
    StringBuilder line = new StringBuilder("Exit status: 0 ok, 1 bug");
    for (ErrorClass errorClass : ErrorClass.values()) {
      line.append(", ").append(errorClass.exitStatus()).append(' ');
      line.append(errorClass.name().toLowerCase(Locale.ROOT));
    }
    return line.toString();
  }

  private static String meaning(ErrorClass errorClass) {
    return switch (errorClass) {
      case REQUEST -> "it cannot be done as asked: usage, names, files, state";
      case PERMISSION -> "identity, signature or authority was missing or wrong";
      case BUNDLE -> "the bundle or model is wrong";
      case DEVICE -> "this machine cannot do it: disk, memory, accelerator";
      case NETWORK -> "a peer did not answer";
      case SERVER -> "the controller, its store or one of its ports failed";
    };
  }
}
