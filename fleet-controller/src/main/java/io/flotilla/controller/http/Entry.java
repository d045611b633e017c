package io.flotilla.controller.http;

/**
 * Who gets in, how often, and to what.
 *
 * @param authenticator tells who calls
 * @param limits how often anybody may
 * @param rules what each endpoint demands
 */
public record Entry(Authenticator authenticator, RateLimits limits, AccessRules rules) {}
