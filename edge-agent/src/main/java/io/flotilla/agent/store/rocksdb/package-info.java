/**
 * The store as one small RocksDB for each agent, with memory shared by all agents of a process; the
 * only place that knows RocksDB.
 */
@NullMarked
package io.flotilla.agent.store.rocksdb;

import org.jspecify.annotations.NullMarked;
