package io.flotilla.controller.webhook;

/**
 * An event that a webhook did not take.
 *
 * @param event the event's number
 * @param type its type
 * @param subject what it happened to
 * @param attempts how often it was sent
 * @param failure what became of the last attempt
 * @param atMs when it was given up, Unix time in milliseconds
 */
record DeadLetter(
    long event, String type, String subject, int attempts, String failure, long atMs) {}
