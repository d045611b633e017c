package io.flotilla.rollout.engine;

/**
 * When something happens, on two clocks.
 *
 * @param wallMs Unix time in milliseconds, for the calendar: start, windows, back-off. People set
 *     this clock, and it may jump.
 * @param steadyMs milliseconds for which the controller has been at work, for durations: deadlines,
 *     soak, pace, total timeout. It never goes back, does not jump when the other one does, and
 *     stands still while the controller is away.
 */
public record Moment(long wallMs, long steadyMs) {}
