/**
 * Who did what, when and why: an append-only, hash-chained log whose entries vouch for the records
 * that they wrote, and the check that finds what was changed behind its back.
 */
@NullMarked
package io.flotilla.registry.audit;

import org.jspecify.annotations.NullMarked;
