package io.flotilla.cli.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Tells a person what happens, each line with the seconds since the start. */
final class Narrator {
  private final PrintStream out;
  private final long startNanos = System.nanoTime();

  Narrator(PrintStream out) {
    this.out = out;
  }

  void chapter(String title) {
    out.printf(Locale.ROOT, "%n%6.1f s  ■ %s%n", elapsedSeconds(), title);
    out.flush();
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation would cost a dependency for one check
  void line(String format, Object... arguments) {
    String text = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
    out.printf(Locale.ROOT, "%6.1f s    %s%n", elapsedSeconds(), text);
    out.flush();
  }

  double elapsedSeconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
