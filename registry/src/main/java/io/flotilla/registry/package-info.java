/**
 * The registry: models and their versions, datasets and runs, on a record store and a blob store.
 * The packages below hold one feature each; nothing lives here itself.
 */
@NullMarked
package io.flotilla.registry;

import org.jspecify.annotations.NullMarked;
