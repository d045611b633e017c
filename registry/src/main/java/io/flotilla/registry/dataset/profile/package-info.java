/**
 * What is in a table, column by column, from parts that add up to the whole bit for bit, and how
 * two tables differ.
 */
@NullMarked
package io.flotilla.registry.dataset.profile;

import org.jspecify.annotations.NullMarked;
