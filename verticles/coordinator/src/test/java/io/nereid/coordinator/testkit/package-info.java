/** What several tests of the coordinator share: members on loopback, fake nymphs, examples. */
package io.nereid.coordinator.testkit;
