package io.flotilla.controller.event;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** CloudEvents 1.0 in structured JSON form, as plain maps. */
public final class CloudEvents {
  private CloudEvents() {}

  /** The required attributes in the order of the specification's chapter 3, then the data. */
  public static Map<String, Object> of(LoggedEvent event, String source) {
    Map<String, Object> cloud = new LinkedHashMap<>();
    cloud.put("specversion", "1.0");
    cloud.put("id", Long.toString(event.id()));
    cloud.put("source", source);
    cloud.put("type", event.type());
    cloud.put("subject", event.subject());
    cloud.put("time", Instant.ofEpochMilli(event.timeMs()).toString());
    cloud.put("datacontenttype", "application/json");
    cloud.put("data", event.data());
    return cloud;
  }
}
