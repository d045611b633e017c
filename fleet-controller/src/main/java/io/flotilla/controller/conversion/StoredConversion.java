package io.flotilla.controller.conversion;

/**
 * A conversion of a version.
 *
 * @param number counted from 1 for each version
 * @param conversion what came of it
 * @param by the operator
 * @param atMs when the controller heard of it, Unix time in milliseconds
 */
record StoredConversion(long number, NewConversion conversion, String by, long atMs) {}
