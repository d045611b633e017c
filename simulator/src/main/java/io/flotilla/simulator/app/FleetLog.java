package io.flotilla.simulator.app;

import java.util.List;

/** The log of the process that simulates. */
@FunctionalInterface
public interface FleetLog {
  /**
   * The last lines that name something, oldest first.
   *
   * @param name what they contain, such as the thread of one agent
   * @param lines most of them, 1 or more
   */
  List<String> recent(String name, int lines);
}
