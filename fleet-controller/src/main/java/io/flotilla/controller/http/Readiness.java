package io.flotilla.controller.http;

import java.util.Map;

/** Whether the controller can do its work now. */
@FunctionalInterface
public interface Readiness {
  /** Each thing it needs by name, and whether it is there; must not block. */
  Map<String, Boolean> checks();
}
