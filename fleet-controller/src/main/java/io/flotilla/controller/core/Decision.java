package io.flotilla.controller.core;

/**
 * One input and what to make of it. Everything it reads and writes goes through the transaction; it
 * must not block, and leaves everything outside to actions.
 */
@FunctionalInterface
public interface Decision<T> {
  /**
   * Decides.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException if the input is refused: nothing of the
   *     decision happens then, and the submitter gets the exception
   */
  T decide(Transaction tx);
}
