# A platform of two web servers and a database, and what reaches them:
#
#   terraform init && terraform apply
#   eval "ssh $(terraform output -raw ssh_web) uname -r"
#   terraform destroy
#
# Installed elsewhere than in /usr or /usr/local, the provider is found by
#   terraform init -plugin-dir=PREFIX/share/terraform/plugins

terraform {
  required_providers {
    nocloud = {
      source = "nocloud/nocloud"
    }
  }
}

variable "template" {
  description = "What VMs are cloned from; `vmtemplate debian12` makes it."
  default     = "debian12"
}

variable "memory" {
  description = "Memory of each VM in MB."
  default     = 512
}

variable "disks" {
  description = "Sizes in GB of the database's further disks."
  type        = list(number)
  default     = [1]
}

provider "nocloud" {}

resource "nocloud_vm" "web" {
  count    = 2
  name     = format("shop-web%02d", count.index)
  group    = "shop"
  type     = "web"
  template = var.template
  memory   = var.memory
}

resource "nocloud_vm" "db" {
  name     = "shop-db00"
  group    = "shop"
  type     = "sql"
  template = var.template
  memory   = var.memory
  disks    = var.disks
}

output "addresses" {
  value = { for vm in concat(nocloud_vm.web, [nocloud_vm.db]) : vm.name => vm.host }
}

output "ssh_web" {
  value = nocloud_vm.web[0].ssh_args
}

output "database" {
  description = "libvirt's UUID of the database: another one means another VM."
  value       = nocloud_vm.db.uuid
}
