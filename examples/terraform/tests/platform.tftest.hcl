# `terraform test` makes the platform, looks at it, and removes it.

run "platform" {
  assert {
    condition     = length(output.addresses) == 3 && alltrue([for host in values(output.addresses) : host != null])
    error_message = "Not every VM has an address: ${jsonencode(output.addresses)}."
  }

  assert {
    condition     = nocloud_vm.db.state == "running" && length(nocloud_vm.db.disks) == length(var.disks)
    error_message = "The database is not as it is described."
  }
}

run "another_disk" {
  variables {
    disks = [1, 2]
  }

  assert {
    condition     = nocloud_vm.db.uuid == run.platform.database
    error_message = "For another disk the database was replaced."
  }
}
