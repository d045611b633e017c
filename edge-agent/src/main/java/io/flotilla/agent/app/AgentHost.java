package io.flotilla.agent.app;

import java.util.List;

/** What the process that an agent lives in can do for it. Thread-safe; never blocks. */
public interface AgentHost {
  /** Cannot start its agent anew, and keeps no log. */
  AgentHost NONE = new Nothing();

  /** Whether {@link #restart} does something. */
  boolean restarts();

  /** Has the agent closed and started anew, soon and on another thread. */
  void restart();

  /**
   * The last lines of the log, oldest first.
   *
   * @param lines most of them, 1 or more
   */
  List<String> recentLog(int lines);

  /** See {@link #NONE}. */
  final class Nothing implements AgentHost {
    private Nothing() {}

    @Override
    public boolean restarts() {
      return false;
    }

    @Override
    public void restart() {
      throw new UnsupportedOperationException("nobody starts this agent anew");
    }

    @Override
    public List<String> recentLog(int lines) {
      return List.of();
    }
  }
}
