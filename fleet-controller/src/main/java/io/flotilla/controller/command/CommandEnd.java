package io.flotilla.controller.command;

import io.flotilla.protocol.message.CommandAnswer;
import java.util.Optional;

/**
 * How a command ended.
 *
 * @param answer what the device said; empty if it said nothing before the deadline
 * @param atMs when the controller learned of it, Unix time in milliseconds
 */
record CommandEnd(Optional<CommandAnswer> answer, long atMs) {
  CommandState state() {
    return answer
        .map(said -> said.failure().isEmpty() ? CommandState.DONE : CommandState.FAILED)
        .orElse(CommandState.UNANSWERED);
  }
}
