package io.flotilla.controller.command;

/** Where a command stands. */
enum CommandState {
  /** It was sent, or waits for its device to connect. */
  WAITING,
  /** The device did it. */
  DONE,
  /** The device could not, or would not. */
  FAILED,
  /** Nothing came before the deadline. An answer that is still under way replaces this. */
  UNANSWERED
}
