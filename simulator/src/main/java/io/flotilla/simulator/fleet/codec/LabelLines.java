package io.flotilla.simulator.fleet.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** True labels as the controller's API takes them: {@code {"id":"…","label":"7"}}. */
public final class LabelLines {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private LabelLines() {}

  /** One line, without the line's end. */
  public static String encode(String id, String label) {
    try {
      return MAPPER.writeValueAsString(new Line(id, label));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("two texts must be encodable", e);
    }
  }

  private record Line(String id, String label) {}
}
