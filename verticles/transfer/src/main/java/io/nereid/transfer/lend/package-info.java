/**
 * What this host lends to others: manifests and chunks of its snapshots and layers, to whoever has
 * the ticket of a loan, as long as the loan lasts. Owns the loans and the serving side of the pull
 * protocol; changes nothing on disk and never decides who may borrow.
 */
package io.nereid.transfer.lend;
