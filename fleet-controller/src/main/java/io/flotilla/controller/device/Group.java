package io.flotilla.controller.device;

/**
 * A selector with a name. Which devices belong to it follows from what they are at the moment.
 *
 * @param name as {@link io.flotilla.registry.name.Names} allows names
 * @param selector which devices are meant; {@link Selector}
 * @param description what it is for; may be empty
 * @param by who saved it last
 * @param atMs when, Unix time in milliseconds
 */
public record Group(String name, String selector, String description, String by, long atMs) {}
