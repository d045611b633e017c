/**
 * The record store port: small values under text keys, written in atomic, durable batches. Registry
 * and controller keep all their state behind it, so that another engine can take its place.
 */
@NullMarked
package io.flotilla.registry.store;

import org.jspecify.annotations.NullMarked;
