package io.flotilla.cli.client;

import io.flotilla.cli.codec.Json;
import java.util.Optional;

/**
 * Server-sent events (WHATWG HTML, 9.2.6), line by line; comments and unknown fields are skipped.
 */
final class EventStreamParser {
  private final StringBuilder data = new StringBuilder();
  private Optional<String> lastId;

  EventStreamParser(Optional<String> lastId) {
    this.lastId = lastId;
  }

  /** The id of the last event seen, if any. */
  Optional<String> lastId() {
    return lastId;
  }

  /** Takes one line without its end; the empty line that ends an event gives the event. */
  Optional<ServerEvent> line(String line) {
    if (line.isEmpty()) {
      if (data.isEmpty()) {
        return Optional.empty();
      }
      Json json = Json.parse(data.toString());
      data.setLength(0);
      String id = lastId.orElseGet(() -> json.get("id").asText());
      return Optional.of(new ServerEvent(id, json));
    }
    int colon = line.indexOf(':');
    String field = colon < 0 ? line : line.substring(0, colon);
    String value = colon < 0 ? "" : line.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    switch (field) {
      case "id" -> lastId = Optional.of(value);
      case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
      default -> {
        // event, retry and comments carry nothing that the commands use
      }
    }
    return Optional.empty();
  }
}
