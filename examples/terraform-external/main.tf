# VMs by nocloud's command line, and what Terraform has to know of them by the external data source. This repairs no
# drift: it creates, reads and destroys.

terraform {
  required_version = ">= 1.4"
  required_providers {
    external = {
      source = "hashicorp/external"
    }
  }
}

resource "terraform_data" "depot" {
  triggers_replace = filesha256("${path.module}/depot")

  provisioner "local-exec" {
    command = "vminstantiate -f '${path.module}/depot'"
  }

  provisioner "local-exec" {
    when    = destroy
    command = "vmstop -d -y -g depot"
  }
}

data "external" "web" {
  program    = ["nocloud-external"]
  query      = { name = "depot-web00" }
  depends_on = [terraform_data.depot]
}

data "external" "depot" {
  program    = ["nocloud-external"]
  query      = { group = "depot" }
  depends_on = [terraform_data.depot]
}

output "web" {
  value = "${data.external.web.result.user}@${data.external.web.result.host}:${data.external.web.result.port}"
}

output "addresses" {
  value = { for vm in jsondecode(data.external.depot.result.vms_json) : vm.name => vm.ip }
}
