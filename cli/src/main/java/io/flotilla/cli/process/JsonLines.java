package io.flotilla.cli.process;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Turns lines meant for people into {@code {"event":"line","text":…}}. One thread at a time. */
final class JsonLines extends OutputStream {
  private final Console console;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  JsonLines(Console console) {
    this.console = console;
  }

  @Override
  public synchronized void write(int b) {
    if (b != '\n') {
      line.write(b);
      return;
    }
    String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
    line.reset();
    console.json(Json.object().put("event", "line").put("text", text));
  }
}
